import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyTreeChange, type TreeChange } from '@freezer/testing';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { comparable } from '../../test-support/link-names.ts';
import { PortableBench } from '../../test-support/portable-bench.ts';
import { describeTree, type MadeLevel, TarBench } from '../../test-support/tar-bench.ts';
import { someChange } from '../../test-support/tree-changes.ts';
import { wholeMicroseconds } from '../../test-support/whole-microseconds.ts';

const RUNS = { numRuns: Number(process.env['FREEZER_RUNS'] ?? 8), endOnFailure: true };
const rounds = fc.array(fc.array(someChange, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 4 });
/** Renamed a level later, what is unchanged tells whether the renaming was understood. */
const OLD: readonly TreeChange[] = [
  { kind: 'write', path: 'a/b/c', other: '' },
  { kind: 'write', path: 'b/c/a', other: '' },
  { kind: 'write', path: 'c/a', other: '' },
];

const treeOf = async (root: string): Promise<readonly string[]> => wholeMicroseconds(await describeTree(root));

/** As Python Freezer makes a level: GNU format, and renames recorded. */
async function pythonLevel(bench: TarBench, source: string, level: number): Promise<string> {
  await sleep(35);
  const archive = join(bench.root, `python-${level}.tar`);
  const snapshot = join(bench.root, `python-${level}.meta`);
  if (level > 0) copyFileSync(join(bench.root, `python-${level - 1}.meta`), snapshot);
  else writeFileSync(snapshot, '');
  const args = ['--create', `--file=${archive}`, '--format=gnu', '--warning=none', '--no-check-device', `--listed-incremental=${snapshot}`];
  expect(spawnSync('tar', [...args, `--directory=${source}`, '.']).status).toBe(0);
  return archive;
}

/** Restores by GNU tar itself; undefined when it fails. */
async function restoredByTar(archives: readonly string[], target: string): Promise<readonly string[] | undefined> {
  for (const archive of archives) {
    const { status } = spawnSync('tar', ['--extract', `--file=${archive}`, '--incremental', '--preserve-permissions', `--directory=${target}`]);
    if (status !== 0) return undefined;
  }
  return treeOf(target);
}

/** Whole seconds, as the GNU format has them. */
const wholeSeconds = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replace(/"(\d+)\d{9}"/, '"$1"'));

describe('any chain, without GNU tar', () => {
  it('of ours comes back at each level', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (changesOfLevels) => {
        const bench = await TarBench.make();
        try {
          const portable = new PortableBench(bench);
          const source = await bench.folder('source');
          const archives: string[] = [];
          const compared = comparable(changesOfLevels.flat());
          let base: MadeLevel | undefined;
          for (const [level, changes] of [OLD, ...changesOfLevels].entries()) {
            for (const [count, change] of changes.entries()) applyTreeChange(source, change, level * 100 + count);
            base = await bench.backup(source, base);
            archives.push(base.archive);
            const target = await bench.folder(`target-${level}`);
            expect(await portable.restore(archives, target)).toEqual([]);
            expect(compared(await treeOf(target))).toEqual(compared(await treeOf(source)));
          }
        } finally {
          await bench.remove();
        }
      }),
      RUNS,
    );
  }, 120_000);

  it('of Python comes back wherever GNU tar brings it back', async () => {
    let [seen, right] = [0, 0];
    await fc.assert(
      fc.asyncProperty(rounds, async (changesOfLevels) => {
        const bench = await TarBench.make();
        try {
          const portable = new PortableBench(bench);
          const source = await bench.folder('source');
          const archives: string[] = [];
          for (const [level, changes] of [OLD, ...changesOfLevels].entries()) {
            for (const [count, change] of changes.entries()) applyTreeChange(source, change, level * 100 + count);
            archives.push(await pythonLevel(bench, source, level));
            const saved = wholeSeconds(await treeOf(source));
            const byTar = await restoredByTar(archives, await bench.folder(`tar-${level}`));
            seen += 1;
            if (byTar === undefined || JSON.stringify(wholeSeconds(byTar)) !== JSON.stringify(saved)) return;
            const target = await bench.folder(`target-${level}`);
            right += 1;
            expect(await portable.restore(archives, target)).toEqual([]);
            expect(wholeSeconds(await treeOf(target))).toEqual(saved);
          }
        } finally {
          await bench.remove();
        }
      }),
      RUNS,
    );
    // Most are: otherwise nothing was compared.
    expect(right).toBeGreaterThan(seen / 2);
  }, 120_000);
});
