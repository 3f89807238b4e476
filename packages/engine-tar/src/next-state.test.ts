import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SkipReason } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type MadeLevel, TarBench } from '../test-support/tar-bench.ts';
import { deletedPaths } from './deleted-paths.ts';
import { LeftOut } from './left-out.ts';
import { writeNextState } from './next-state.ts';

let bench: TarBench;
let source: string;
beforeEach(async () => {
  bench = await TarBench.make();
  source = await bench.folder('source');
  await mkdir(join(source, 'dir/sub'), { recursive: true });
  for (const name of ['one', 'two', 'dir/three', 'dir/sub/four']) await writeFile(join(source, name), name);
});
afterEach(() => bench.remove());

/** The state that a level would have left, had it skipped these paths. */
async function stateWithout(level: MadeLevel, base: string | undefined, reasons: Readonly<Record<string, SkipReason>>): Promise<string> {
  const leftOut = new LeftOut();
  for (const [path, reason] of Object.entries(reasons)) leftOut.add(path, reason);
  const statePath = join(await bench.workDir(), 'state');
  await writeNextState({ basePath: base, snapshotPath: level.outcome.statePath, statePath, leftOut });
  return statePath;
}

describe('the state after something was skipped', () => {
  it.each(['unreadable', 'changed', 'vanished', 'failed', 'attributes'] as const)(
    'makes the next level save a file that was %s, although nothing about it changed',
    async (reason) => {
      const full = await bench.backup(source);
      const state = await stateWithout(full, undefined, { two: reason, 'dir/sub/four': reason });
      const next = await bench.backup(source, state);
      expect(next).toMatchObject({ held: ['.', 'dir', 'dir/sub', 'dir/sub/four', 'two'], deleted: [], skipped: [] });
    },
  );

  it('makes the next level save all of a directory that could not be read', async () => {
    const full = await bench.backup(source);
    const first = await bench.backup(source, full);
    const state = await stateWithout(first, full.outcome.statePath, { dir: 'unreadable' });
    expect((await bench.backup(source, state)).held).toEqual(['.', 'dir', 'dir/sub', 'dir/sub/four', 'dir/three']);
  });

  it.each(['mount', 'inode_flags'] as const)('is left as it is after a %s', async (reason) => {
    const full = await bench.backup(source);
    const state = await stateWithout(full, undefined, { two: reason });
    expect(await readFile(state)).toEqual(await readFile(full.outcome.statePath));
  });

  it('still knows a file that the base had, so that its deletion is seen', async () => {
    const full = await bench.backup(source);
    const state = await stateWithout(full, full.outcome.statePath, { two: 'unreadable' });
    await rm(join(source, 'two'));
    const next = await bench.backup(source, state);
    expect(next.deleted).toEqual(['two']);
    expect((await bench.backup(source, next)).deleted).toEqual([]);
  });

  it('does not invent a deletion of what the base never had', async () => {
    const full = await bench.backup(source);
    const state = await stateWithout(full, undefined, { two: 'unreadable' });
    await rm(join(source, 'two'));
    expect((await bench.backup(source, state)).deleted).toEqual([]);
  });

  it('keeps what is known of a directory through levels that cannot read it', async () => {
    const full = await bench.backup(source);
    await rm(join(source, 'dir'), { recursive: true });
    const without = await bench.backup(source, full);
    const leftOut = new LeftOut();
    leftOut.add('dir', 'unreadable');
    const gone: string[] = [];
    for await (const path of deletedPaths({ basePath: full.outcome.statePath, snapshotPath: without.outcome.statePath, leftOut })) gone.push(path);
    // Its name is on no list now, as when it is gone; a list that tar makes of its parent would have it.
    expect(gone).toEqual(['dir']);
    let state = await stateWithout(without, full.outcome.statePath, { dir: 'unreadable' });
    state = await stateWithout(without, state, { dir: 'unreadable' });
    await mkdir(join(source, 'dir'));
    const back = await bench.backup(source, state);
    expect(back).toMatchObject({ held: ['.', 'dir'], deleted: ['dir/sub', 'dir/sub/four', 'dir/three'] });
  });

  it('starts anew for a single file, whose snapshot file names nothing', async () => {
    const level = await bench.backup(join(source, 'one'));
    expect((await bench.backup(join(source, 'one'), level)).held).toEqual([]);
    expect((await bench.backup(join(source, 'one'), await stateWithout(level, undefined, {}))).held).toEqual([]);
  });
});

describe('a base that cannot be used', () => {
  it.each([
    ['empty', ''],
    ['of another format', 'GNU tar-1.34-3\n1\0'],
    ['of the oldest format', '1700000000\n'],
    ['cut off', 'GNU tar-1.34-2\n1795276427\0'],
  ])('that is %s makes a level with everything', async (_name, content) => {
    const state = join(bench.root, 'state');
    await writeFile(state, content);
    const level = await bench.backup(source, state);
    expect(level.outcome.replacesAll).toBe(true);
    expect(level.held).toHaveLength(7);
  });
});

describe('a comparison in several passes', () => {
  it('finds the same deletions', async () => {
    const full = await bench.backup(source);
    await rm(join(source, 'dir/sub'), { recursive: true });
    await rm(join(source, 'one'));
    const level = await bench.backup(source, full);
    const gone: string[] = [];
    for await (const path of deletedPaths({ basePath: full.outcome.statePath, snapshotPath: level.outcome.statePath, leftOut: new LeftOut(), passBytes: 10 }))
      gone.push(path);
    expect(gone.toSorted()).toEqual(['dir/sub', 'dir/sub/four', 'one']);
    expect(level.deleted).toEqual(gone.toSorted());
  });
});
