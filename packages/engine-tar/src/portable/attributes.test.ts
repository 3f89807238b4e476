import { expect, it } from '@jest/globals';
import { setAttributes } from './attributes.ts';

const ENTRY = { mode: 0o4755, uid: 1234, gid: 1234, mtimeNs: 5_000_000_000n };

function placeWithout(code: string) {
  const calls: string[] = [];
  return {
    calls,
    chown: () => Promise.reject(Object.assign(new Error(`${code}: chown`), { code })),
    chmod: async (mode: number) => void calls.push(`chmod ${mode.toString(8)}`),
    utimes: async (_accessed: number, modified: string) => void calls.push(`utimes ${modified}`),
  };
}

it('an owner that is not taken is told, keeps nothing else from being set, and no other owner gets its set-uid bit', async () => {
  const place = placeWithout('EPERM');
  expect(await setAttributes(place, ENTRY, true)).toBe('mode, owner or time cannot be set: EPERM: chown');
  expect(place.calls).toEqual(['chmod 755', 'utimes 5']);
});

it('where owners are not kept, all is as it was', async () => {
  const place = placeWithout('EPERM');
  expect(await setAttributes(place, ENTRY, false)).toBeUndefined();
  expect(place.calls).toEqual(['chmod 4755', 'utimes 5']);
});

it('a target that is broken is a failure', async () => {
  await expect(setAttributes(placeWithout('EIO'), ENTRY, true)).rejects.toThrow('EIO');
});
