import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { fingerprint, readAll, sampleBytes, textBody } from '../../sample-bytes.ts';
import { caught, expectCode, keysOf, type StorageBench } from '../storage-bench.ts';

const bytesComeBack = (what: string, sizeOf: (bench: StorageBench) => number): ContractCase<StorageBench> => ({
  name: `put then get returns the same bytes: ${what}`,
  run: async (bench) => {
    const size = sizeOf(bench);
    const before = Date.now();
    const info = await bench.storage.put('a/b c/object', sampleBytes(size));
    expect(info).toMatchObject({ key: 'a/b c/object', size });
    expect(await fingerprint(bench.storage.get('a/b c/object'))).toBe(await fingerprint(sampleBytes(size)));
    const found = await bench.storage.stat('a/b c/object');
    expect(found).toMatchObject({ key: 'a/b c/object', size });
    // Milliseconds, and by whatever clock the backend has.
    if (found?.modifiedAt !== undefined) expect(Math.abs(found.modifiedAt - before)).toBeLessThan(86_400_000);
  },
});

const ODD_NAMES = [
  'with space',
  ' space first',
  'ä-ünï-✓',
  '%41%2F',
  '#hash',
  'what?x=1&y',
  'a+b',
  "it's",
  '"quoted"',
  'semi;colon',
  'back\\slash',
  '-dash',
  '..dots',
  'x'.repeat(200),
  '~',
];

/** Bytes in, bytes out. */
export const OBJECT_CASES: readonly ContractCase<StorageBench>[] = [
  {
    name: 'prepare is idempotent',
    run: async ({ storage }) => {
      await storage.put('k', textBody('kept'));
      await storage.prepare();
      await storage.prepare();
      expect((await readAll(storage.get('k'))).toString()).toBe('kept');
    },
  },
  bytesComeBack('empty', () => 0),
  bytesComeBack('1 byte', () => 1),
  bytesComeBack('65535 bytes', () => 65_535),
  bytesComeBack('65536 bytes', () => 65_536),
  bytesComeBack('large', (bench) => bench.largeBytes),
  {
    name: 'a body of many small and empty chunks is kept whole',
    run: async ({ storage }) => {
      const body = {
        async *[Symbol.asyncIterator]() {
          for (let index = 0; index < 3000; index += 1) yield Buffer.from(index % 7 === 0 ? '' : `${index},`);
        },
      };
      await storage.put('k', body);
      expect(await fingerprint(storage.get('k'))).toBe(await fingerprint(body));
    },
  },
  {
    name: 'put replaces',
    run: async ({ storage }) => {
      await storage.put('k', textBody('the longer one'));
      await storage.put('k', textBody('short'));
      expect((await readAll(storage.get('k'))).toString()).toBe('short');
      expect((await storage.stat('k'))?.size).toBe(5);
    },
  },
  {
    name: 'get of an absent key fails with not_found on the first pull',
    run: async ({ storage }) => {
      await storage.put('no/such-other', textBody('x'));
      const absent = storage.get('no/such');
      await expectCode(async () => await absent[Symbol.asyncIterator]().next(), 'not_found');
      await expectCode(async () => await readAll(storage.get('no')), 'not_found');
    },
  },
  {
    name: 'stat of an absent key is undefined',
    run: async ({ storage }) => {
      await storage.put('no/such-other', textBody('x'));
      for (const key of ['no/such', 'no', 'no/such-other/below', 'nothing']) expect(await storage.stat(key)).toBeUndefined();
    },
  },
  {
    name: 'a range yields what it names, and what there is at the end',
    run: async ({ storage }) => {
      const whole = await readAll(sampleBytes(200_000));
      await storage.put('k', sampleBytes(200_000));
      for (const [offset, length] of [
        [0, 1],
        [70_000, 66_000],
        [199_990, 1000],
        [65_536, 65_536],
        [0, 500_000],
      ] as const) {
        const part = await readAll(storage.get('k', { range: { offset, length } }));
        expect(Buffer.compare(part, whole.subarray(offset, offset + length))).toBe(0);
      }
    },
  },
  {
    name: 'a range of no length yields nothing',
    run: async ({ storage }) => {
      await storage.put('k', textBody('12345'));
      expect(await readAll(storage.get('k', { range: { offset: 2, length: 0 } }))).toHaveLength(0);
    },
  },
  {
    name: 'an offset beyond the end fails with range_not_satisfied',
    run: async ({ storage }) => {
      await storage.put('k', textBody('12345'));
      await expectCode(async () => await readAll(storage.get('k', { range: { offset: 6, length: 1 } })), 'range_not_satisfied');
    },
  },
  {
    name: 'odd names',
    run: async ({ storage, allowsName }) => {
      const names = ODD_NAMES.filter(allowsName);
      for (const name of names) await storage.put(`odd ${name}/${name}`, textBody(name)).catch((error: unknown) => expect({ name, error }).toBeUndefined());
      for (const name of names) {
        expect((await readAll(storage.get(`odd ${name}/${name}`))).toString()).toBe(name);
        expect(await keysOf(storage, `odd ${name}`)).toEqual([`odd ${name}/${name}`]);
      }
      expect(await keysOf(storage)).toHaveLength(names.length);
      for (const name of names) await storage.remove(`odd ${name}/${name}`);
      expect(await keysOf(storage)).toEqual([]);
    },
  },
  {
    name: 'a key that could leave the container is refused with invalid',
    run: async ({ storage }) => {
      for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', './a', 'a\0b'])
        await expectCode(async () => await storage.put(key, textBody('x')), 'invalid');
    },
  },
  {
    name: 'breaking out of get releases',
    run: async ({ storage }) => {
      await storage.put('k', sampleBytes(1_500_000));
      for (let round = 0; round < 20; round += 1) {
        for await (const chunk of storage.get('k')) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
      }
      expect((await storage.stat('k'))?.size).toBe(1_500_000);
    },
  },
  {
    name: 'an aborted get rejects with the reason of the signal',
    run: async ({ storage }) => {
      await storage.put('k', sampleBytes(3_000_000));
      const [early, late] = [new AbortController(), new AbortController()];
      early.abort(new Error('before'));
      expect(await caught(async () => await readAll(storage.get('k', { signal: early.signal })))).toBe(early.signal.reason);
      const read = async (): Promise<void> => {
        for await (const chunk of storage.get('k', { signal: late.signal })) if (chunk.length > 0) late.abort(new Error('amid'));
      };
      expect(await caught(read)).toBe(late.signal.reason);
    },
  },
];
