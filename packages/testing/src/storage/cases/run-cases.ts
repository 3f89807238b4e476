import type { Storage } from '@freezer/core';
import { expect } from '@jest/globals';
import type { ContractCase } from '../../contract-case.ts';
import { readAll, textBody } from '../../sample-bytes.ts';
import { keysOf, type StorageBench } from '../storage-bench.ts';

const remainsSeenBy = async (storage: Storage): Promise<{ runId: string; owner: string | undefined; modifiedAt: number }[]> => {
  const found: { runId: string; owner: string | undefined; modifiedAt: number }[] = [];
  for await (const { runId, owner, modifiedAt } of storage.remains?.list() ?? [])
    found.push({ runId, owner: owner && Buffer.from(owner).toString(), modifiedAt });
  return found;
};

/** Runs `use` while `storage` is in the middle of a put, which succeeds afterwards unless `use` prevents it. */
async function amidPut(storage: Storage, use: () => Promise<void>): Promise<PromiseSettledResult<unknown>> {
  const [result] = await Promise.allSettled([
    storage.put('amid/k', {
      async *[Symbol.asyncIterator]() {
        yield Buffer.alloc(2_000_000);
        await use();
        yield Buffer.alloc(10);
      },
    }),
  ]);
  return result;
}

/** Several runs on one place, and the end of a run. */
export const RUN_CASES: readonly ContractCase<StorageBench>[] = [
  {
    name: 'another run sees what this one put',
    run: async ({ storage, openAnother }) => {
      const other = await openAnother();
      expect(other.label).toBe(storage.label);
      await storage.put('a/k', textBody('seen'));
      expect((await readAll(other.get('a/k'))).toString()).toBe('seen');
      await other.removeTree('a');
      expect(await storage.stat('a/k')).toBeUndefined();
    },
  },
  {
    name: 'remains of a run are listed to others with their owner, refreshed, and gone after close',
    run: async ({ storage, openAnother }) => {
      const other = await openAnother();
      if (!storage.remains) return expect(other.remains).toBeUndefined();
      let amid: Awaited<ReturnType<typeof remainsSeenBy>> = [];
      let refreshed: typeof amid = [];
      const result = await amidPut(storage, async () => {
        amid = await remainsSeenBy(other);
        expect(await remainsSeenBy(storage)).toEqual([]);
        await storage.remains?.refresh(Buffer.from('owner, again'));
        refreshed = await remainsSeenBy(other);
      });
      expect(result.status).toBe('fulfilled');
      for (const { owner } of amid) expect(owner).not.toBeUndefined();
      if (amid.length > 0) expect(refreshed.map(({ owner }) => owner)).toEqual(['owner, again']);
      await storage.close();
      expect(await remainsSeenBy(other)).toEqual([]);
    },
  },
  {
    name: 'remains of another run can be removed, and absent ones too',
    run: async ({ storage, openAnother }) => {
      const other = await openAnother();
      if (!storage.remains) return expect(other.remains).toBeUndefined();
      await amidPut(other, async () => {
        for (const { runId } of await remainsSeenBy(storage)) await storage.remains?.remove(runId);
        expect(await remainsSeenBy(storage)).toEqual([]);
        await storage.remains?.remove('no-such-run');
      });
      // Whatever became of that put: the storage goes on, and nothing half stands there.
      await other.put('after/k', textBody('still works'));
      const half = await storage.stat('amid/k');
      if (half) expect(half.size).toBe(2_000_010);
      expect(await keysOf(storage, 'after')).toEqual(['after/k']);
    },
  },
  {
    name: 'close is idempotent, and what was put stays',
    run: async ({ storage, openAnother }) => {
      const other = await openAnother();
      await storage.put('k', textBody('stays'));
      await storage.close();
      await storage.close();
      await storage[Symbol.asyncDispose]();
      expect((await readAll(other.get('k'))).toString()).toBe('stays');
    },
  },
  {
    name: 'usage is there exactly when it is declared',
    run: async ({ storage }) => {
      expect(storage.usage !== undefined).toBe(storage.capabilities.usage);
    },
  },
];
