import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type ExternalSortOptions, externalSort } from './external-sort.ts';
import type { SortRecord } from './sort-run.ts';

let workDir = '';
beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'freezer-sort-'));
});
afterAll(() => rm(workDir, { recursive: true }));

async function* given(records: readonly SortRecord[]): AsyncGenerator<SortRecord> {
  yield* records;
}

async function sorted(records: AsyncIterable<SortRecord>, options: Partial<ExternalSortOptions> = {}): Promise<SortRecord[]> {
  const all: SortRecord[] = [];
  for await (const batch of externalSort(records, { workDir, ...options })) all.push(...batch);
  return all;
}

/** Stable, by the bytes of the key, in another way than the sort itself. */
const naive = (records: readonly SortRecord[]): SortRecord[] =>
  [...records].sort((left, right) => Buffer.compare(Buffer.from(left.key, 'latin1'), Buffer.from(right.key, 'latin1')));

const byteString = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

describe('externalSort', () => {
  it('is stable and by bytes, in memory, with one generation of runs and with several', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key: byteString, line: byteString }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        async (records, maxHeldRecords) => {
          expect(await sorted(given(records), { maxHeldRecords })).toEqual(naive(records));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('merges in generations when there are many runs, and is still stable', async () => {
    const records = Array.from({ length: 700 }, (_, at) => ({ key: String((at * 37) % 11), line: String(at) }));
    expect(await sorted(given(records), { maxHeldRecords: 2 })).toEqual(naive(records));
  });

  it('takes records that are larger than its buffers', async () => {
    const records = ['b', 'a', 'c'].map((key) => ({ key: key.repeat(300_000), line: key.repeat(700_000) }));
    expect(await sorted(given(records), { maxHeldChars: 1 })).toEqual(naive(records));
  });

  it('leaves no file behind when it ends, is left or fails', async () => {
    const records = Array.from({ length: 50 }, (_, at) => ({ key: String(at), line: 'x' }));
    await sorted(given(records), { maxHeldRecords: 3 });
    for await (const batch of externalSort(given(records), { workDir, maxHeldRecords: 3 })) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    const failing = (async function* (): AsyncGenerator<SortRecord> {
      yield* records;
      throw new FreezerError('unavailable', 'list: broken');
    })();
    await expect(sorted(failing, { maxHeldRecords: 3 })).rejects.toMatchObject({ code: 'unavailable' });
    expect(await readdir(workDir)).toEqual([]);
  });

  it('stops with the reason of the signal', async () => {
    const reason = new FreezerError('aborted', 'backup: interrupted');
    const records = Array.from({ length: 50 }, (_, at) => ({ key: String(at), line: 'x' }));
    await expect(sorted(given(records), { maxHeldRecords: 3, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
