import type { EntryType, HeldEntry, IndexEntry } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { type PointTotals, suspicion, totalsAfter } from './suspicion.ts';

const held = (path: string, size = 0, type: EntryType = 'file'): HeldEntry => ({ kind: 'held', path, type, size, mtimeNs: 0n, mode: 0o644, uid: 0, gid: 0 });
const totals = (bytes: number, files = 1, entries = files): PointTotals => ({ entries, files, bytes });

async function* pointOf(...entries: readonly HeldEntry[]): AsyncGenerator<{ entry: HeldEntry }> {
  for (const entry of entries) yield { entry };
}

async function* levelOf(...entries: readonly IndexEntry[]): AsyncGenerator<IndexEntry> {
  yield* entries;
}

describe('the totals of a point', () => {
  it('of a full are those of the level', async () => {
    const level = levelOf(held('.', 0, 'directory'), held('a', 5), held('b', 7), held('c', 0, 'symlink'));
    expect(await totalsAfter({ entries: 0, files: 0, bytes: 0 }, pointOf(), level)).toEqual({ entries: 3, files: 2, bytes: 12 });
  });

  it('weigh what changed, came, went and became something else', async () => {
    const base = pointOf(held('.', 0, 'directory'), held('changed', 5), held('gone', 7), held('stays', 11), held('turned', 13));
    const level = levelOf(
      held('.', 0, 'directory'),
      held('changed', 50),
      { kind: 'deleted', path: 'gone' },
      held('new', 17),
      { kind: 'skipped', path: 'stays', reason: 'changed' },
      held('turned', 0, 'directory'),
    );
    expect(await totalsAfter({ entries: 4, files: 4, bytes: 36 }, base, level)).toEqual({ entries: 3, files: 3, bytes: 78 });
  });

  it('leave the base where the level ends', async () => {
    let read = 0;
    let left = false;
    async function* base(): AsyncGenerator<{ entry: HeldEntry }> {
      try {
        for (const path of ['a', 'b', 'c', 'd']) {
          read += 1;
          yield { entry: held(path, 1) };
        }
      } finally {
        left = true;
      }
    }
    expect(await totalsAfter(totals(4, 4), base(), levelOf({ kind: 'deleted', path: 'a' }))).toEqual(totals(3, 3));
    expect([read, left]).toEqual([1, true]);
  });

  it('stop with the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(totalsAfter(totals(0), pointOf(), levelOf(held('a')), { signal })).rejects.toThrow('enough');
  });
});

describe('a point', () => {
  it.each<readonly [string, PointTotals, PointTotals | undefined, string]>([
    ['of nothing', totals(0, 0), undefined, 'held nothing'],
    ['of nothing, as before', totals(0, 0), totals(0, 0), 'held nothing'],
    ['of one empty file', totals(0), totals(0), 'one file of 0 bytes'],
    ['of empty files only', totals(0, 5), totals(100, 5), '0 bytes, 100 before'],
    ['of a little less than a tenth', totals(99, 5), totals(1000, 5), 'less than 10 %'],
  ])('%s is suspicious', (_what, now, before, reason) => {
    expect(suspicion(now, before, 10)).toContain(reason);
  });

  it.each<readonly [string, PointTotals, PointTotals | undefined]>([
    ['of a tenth', totals(100, 5), totals(1000, 5)],
    ['of links only', totals(0, 0, 3), undefined],
    ['of several empty files, as before', totals(0, 2), totals(0, 2)],
    ['that is the first', totals(1), undefined],
    ['that grew', totals(10), totals(1)],
  ])('%s is not', (_what, now, before) => {
    expect(suspicion(now, before, 10)).toBeUndefined();
  });

  it('is never too small when that is switched off', () => {
    expect(suspicion(totals(1), totals(1e12), 0)).toBeUndefined();
  });
});
