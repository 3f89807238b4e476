import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyTreeChange } from '@freezer/testing';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { comparable } from '../test-support/link-names.ts';
import { describeTree, type MadeLevel, TarBench } from '../test-support/tar-bench.ts';
import { someChange, somePath } from '../test-support/tree-changes.ts';
import { LeftOut } from './left-out.ts';
import { writeNextState } from './next-state.ts';

const doubt = fc.record({ path: somePath, reason: fc.constantFrom('changed', 'attributes', 'failed') });
const round = fc.record({ changes: fc.array(someChange, { minLength: 1, maxLength: 12 }), doubtful: fc.array(doubt, { maxLength: 3 }) });
type Doubt = { readonly path: string; readonly reason: 'changed' | 'attributes' | 'failed' };

function leftOutOf(level: MadeLevel, doubtful: readonly Doubt[]): LeftOut {
  const leftOut = new LeftOut();
  for (const { path: name, reason } of doubtful) if (level.held.includes(name)) leftOut.add(name, reason);
  return leftOut;
}

/** The state that the level would have left, had some of what it holds changed while it was read. */
async function stateAfter(level: MadeLevel, basePath: string | undefined, leftOut: LeftOut, workDir: string): Promise<string> {
  const statePath = join(workDir, 'state');
  await writeNextState({ basePath, snapshotPath: level.outcome.statePath, statePath, leftOut });
  return statePath;
}

const pathsOf = (root: string): string[] => [
  '.',
  ...(readdirSync(root, { recursive: true, withFileTypes: true }) as Dirent[]).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
];

describe('any chain', () => {
  it('comes back at each level, and its entries tell what is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 4 }), async (rounds) => {
        const bench = await TarBench.make();
        try {
          const source = await bench.folder('source');
          const archives: string[] = [];
          const compared = comparable(rounds.flatMap(({ changes }) => changes));
          let base: string | undefined;
          let known = new Set<string>();
          let doubted = new LeftOut();
          for (const [level, { changes, doubtful }] of rounds.entries()) {
            for (const [count, one] of changes.entries()) applyTreeChange(source, one, level * 100 + count);
            const tree = await describeTree(source);
            const made: MadeLevel = await bench.backup(source, base);
            archives.push(made.archive);
            expect(made.skipped).toEqual([]);
            if (made.outcome.replacesAll) known = new Set();
            // The level before told what was gone without the doubts that were made up after it: of these, it may be told once more.
            for (const gone of made.deleted) expect(known.delete(gone) || doubted.rootOf(gone) !== undefined).toBe(true);
            for (const held of made.held) known.add(held);
            doubted = leftOutOf(made, doubtful);
            base = await stateAfter(made, base, doubted, await bench.workDir());
            expect([...known].toSorted()).toEqual(pathsOf(source).toSorted());
            const target = await bench.folder(`target-${level}`);
            expect(await bench.restore(archives, target)).toEqual([]);
            expect(compared(await describeTree(target))).toEqual(compared(tree));
          }
        } finally {
          await bench.remove();
        }
      }),
      { numRuns: Number(process.env['FREEZER_RUNS'] ?? 8), endOnFailure: true },
    );
  }, 120_000);
});
