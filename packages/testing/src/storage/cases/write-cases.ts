import type { ByteStream } from '@freezer/core';
import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { fingerprint, readAll, sampleBytes, textBody } from '../../sample-bytes.ts';
import { caught, childrenOf, expectCode, keysOf, type StorageBench, turn } from '../storage-bench.ts';

const CHUNK = Buffer.alloc(65_536, 'freezer');

/** How `ifAbsent`, failure, abort and writers at the same time end. */
export const WRITE_CASES: readonly ContractCase<StorageBench>[] = [
  {
    name: 'ifAbsent fails with already_exists, and what is there stays',
    run: async ({ storage }) => {
      await storage.put('a/k', textBody('first'), { ifAbsent: true });
      await expectCode(async () => await storage.put('a/k', textBody('second'), { ifAbsent: true }), 'already_exists');
      expect((await readAll(storage.get('a/k'))).toString()).toBe('first');
      await storage.put('a/other', textBody('x'), { ifAbsent: true });
      expect(await keysOf(storage)).toEqual(['a/k', 'a/other']);
    },
  },
  {
    name: 'of several ifAbsent at the same time exactly one wins',
    run: async ({ storage }) => {
      for (let round = 0; round < 5; round += 1) {
        const results = await Promise.allSettled(['a', 'b', 'c'].map(async (text) => await storage.put(`race/${round}/k`, textBody(text), { ifAbsent: true })));
        const winners = ['a', 'b', 'c'].filter((_, index) => results[index]?.status === 'fulfilled');
        expect(winners).toHaveLength(1);
        expect((await readAll(storage.get(`race/${round}/k`))).toString()).toBe(winners[0]);
        for (const result of results) if (result.status === 'rejected') await expectCode(() => Promise.reject(result.reason), 'already_exists');
      }
    },
  },
  {
    name: 'of two runs with ifAbsent exactly one wins',
    run: async ({ storage, openAnother }) => {
      const other = await openAnother();
      for (let round = 0; round < 5; round += 1) {
        const results = await Promise.allSettled(
          [storage, other].map(async (each, index) => await each.put(`runs/${round}/k`, textBody(`${index}`), { ifAbsent: true })),
        );
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const winner = results.findIndex(({ status }) => status === 'fulfilled');
        expect((await readAll(other.get(`runs/${round}/k`))).toString()).toBe(`${winner}`);
      }
    },
  },
  {
    name: 'a failing body rethrows, and nothing stays',
    run: async ({ storage }) => {
      const broken: ByteStream = {
        async *[Symbol.asyncIterator]() {
          yield CHUNK;
          throw new RangeError('source is gone');
        },
      };
      const error = await caught(async () => await storage.put('new/half', broken));
      expect(error).toMatchObject({ name: 'RangeError', message: 'source is gone' });
      expect(await storage.stat('new/half')).toBeUndefined();
      expect(await childrenOf(storage, '')).toEqual([]);
    },
  },
  {
    name: 'a failing body leaves the old object',
    run: async ({ storage }) => {
      await storage.put('k', textBody('old'));
      const broken: ByteStream = {
        async *[Symbol.asyncIterator]() {
          yield CHUNK;
          throw new RangeError('source is gone');
        },
      };
      await caught(async () => await storage.put('k', broken));
      expect((await readAll(storage.get('k'))).toString()).toBe('old');
    },
  },
  {
    name: 'an abort stops pulling the body, and nothing stays',
    run: async ({ storage }) => {
      const controller = new AbortController();
      let pulls = 0;
      let returned = false;
      const endless: ByteStream = {
        async *[Symbol.asyncIterator]() {
          try {
            // Ends by itself, long after it should have been stopped.
            while (pulls < 100) {
              pulls += 1;
              if (pulls === 5) controller.abort(new Error('stop'));
              yield CHUNK;
            }
          } finally {
            returned = true;
          }
        },
      };
      expect(await caught(async () => await storage.put('new/k', endless, { signal: controller.signal }))).toBe(controller.signal.reason);
      expect(pulls).toBeLessThan(10);
      expect(returned).toBe(true);
      expect(await storage.stat('new/k')).toBeUndefined();
      expect(await childrenOf(storage, '')).toEqual([]);
    },
  },
  {
    name: 'a signal that is aborted already pulls nothing',
    run: async ({ storage }) => {
      let pulls = 0;
      const body: ByteStream = {
        async *[Symbol.asyncIterator]() {
          pulls += 1;
          yield CHUNK;
        },
      };
      const signal = AbortSignal.abort(new Error('too late'));
      expect(await caught(async () => await storage.put('k', body, { signal }))).toBe(signal.reason);
      expect(pulls).toBe(0);
    },
  },
  {
    name: 'the body is pulled one chunk at a time',
    run: async ({ storage }) => {
      let busy = false;
      let left = 64;
      const body: ByteStream = {
        [Symbol.asyncIterator]: () => ({
          next: async () => {
            if (busy) throw new TypeError('pulled before the last chunk was taken');
            busy = true;
            await turn();
            busy = false;
            left -= 1;
            return left >= 0 ? { done: false, value: CHUNK } : { done: true, value: undefined };
          },
        }),
      };
      await storage.put('k', body);
      expect((await storage.stat('k'))?.size).toBe(64 * CHUNK.length);
    },
  },
  {
    name: '20 objects put at the same time',
    run: async ({ storage }) => {
      const sizes = Array.from({ length: 20 }, (_, index) => index * 7001);
      await Promise.all(sizes.map(async (size, index) => await storage.put(`at once/${index % 3}/${index}`, sampleBytes(size, index + 1))));
      for (const [index, size] of sizes.entries()) {
        expect(await fingerprint(storage.get(`at once/${index % 3}/${index}`))).toBe(await fingerprint(sampleBytes(size, index + 1)));
      }
    },
  },
  {
    name: 'a reader of an object that is replaced sees one whole version',
    run: async ({ storage }) => {
      const versions = await Promise.all([1, 2].map(async (seed) => await fingerprint(sampleBytes(2_500_000, seed))));
      await storage.put('k', sampleBytes(2_500_000, 1));
      for (let round = 0; round < 4; round += 1) {
        const reader = storage.get('k')[Symbol.asyncIterator]();
        const first = await reader.next();
        const replaced = storage.put('k', sampleBytes(2_500_000, 2 - (round % 2)));
        const rest: ByteStream = {
          async *[Symbol.asyncIterator]() {
            for (let next = first; !next.done; next = await reader.next()) yield next.value;
          },
        };
        const [seen] = await Promise.all([fingerprint(rest), replaced]);
        expect(versions).toContain(seen);
      }
    },
  },
];
