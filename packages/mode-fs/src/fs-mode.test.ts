import { type Logger, SILENT } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { createFsMode, fsMode, type Sync } from './fs-mode.ts';

const counting = (): { sync: Sync; calls: () => number } => {
  let calls = 0;
  return {
    sync: async () => {
      calls += 1;
    },
    calls: () => calls,
  };
};

describe('the mode fs', () => {
  it('runs sync first, unless told not to', async () => {
    const { sync, calls } = counting();
    await using _without = await createFsMode({ sync: false }, SILENT, sync).acquire();
    expect(calls()).toBe(0);
    await using lease = await createFsMode({ sync: true }, SILENT, sync).acquire();
    expect(calls()).toBe(1);
    await lease.release();
  });

  it('goes on when sync fails, and says so', async () => {
    const warnings: object[] = [];
    const logger: Logger = { ...SILENT, warn: (fields) => warnings.push(fields) };
    const failing = (): Promise<void> => Promise.reject(new Error('no such\nprogram'));
    await using _lease = await createFsMode({ sync: true }, logger, failing).acquire();
    expect(warnings).toEqual([{ reason: 'no such program' }]);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const endless: Sync = ({ signal }) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('killed'))));
    const acquiring = createFsMode({ sync: true }, SILENT, endless).acquire({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(acquiring).rejects.toThrow('enough');
  });

  it('runs the program of the system', async () => {
    await using _lease = await fsMode.create(fsMode.settings.parse({}), { logger: { ...SILENT, warn: (fields) => expect(fields).toBeUndefined() } }).acquire();
  });

  it('reads its setting', () => {
    expect(fsMode.settings.parse({ mode: 'fs' })).toEqual({ sync: true });
    expect(fsMode.settings.parse({ sync: false })).toEqual({ sync: false });
    expect(() => fsMode.settings.parse({ sync: 'no' })).toThrow('sync: true or false is expected');
  });
});
