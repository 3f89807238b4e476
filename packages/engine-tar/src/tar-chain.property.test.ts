import { type Dirent, linkSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { describeTree, type MadeLevel, TarBench } from '../test-support/tar-bench.ts';

const segment = fc.constantFrom('a', 'b', 'c');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const change = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('mkdir', 'write', 'symlink', 'remove'), path, other: path }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('rename'), path, other: path }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('swap', 'link'), path, other: path }) },
);
type Change = { readonly kind: string; readonly path: string; readonly other: string };

/** What cannot be done (a directory into itself, a file as a directory) is left. */
function apply(root: string, { kind, path: name, other }: Change, count: number): void {
  const at = join(root, name);
  const to = join(root, other);
  const actions: Readonly<Record<string, () => void>> = {
    mkdir: () => mkdirSync(at, { recursive: true }),
    write: () => {
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, `content ${count}`);
    },
    symlink: () => symlinkSync(`../${other}`, at),
    remove: () => rmSync(at, { recursive: true }),
    rename: () => {
      lstatSync(at);
      if (!`${to}/`.startsWith(`${at}/`) && !`${at}/`.startsWith(`${to}/`)) rmSync(to, { recursive: true, force: true });
      renameSync(at, to);
    },
    swap: () => {
      if (`${to}/`.startsWith(`${at}/`) || `${at}/`.startsWith(`${to}/`)) return;
      lstatSync(to);
      renameSync(at, join(root, 'aside'));
      renameSync(to, at);
      renameSync(join(root, 'aside'), to);
    },
    link: () => linkSync(at, to),
  };
  try {
    actions[kind]?.();
  } catch {
    // Not possible in this tree.
  }
}

const pathsOf = (root: string): string[] => [
  '.',
  ...(readdirSync(root, { recursive: true, withFileTypes: true }) as Dirent[]).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
];

describe('any chain', () => {
  it('comes back at each level, and its entries tell what is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 4 }), async (rounds) => {
        const bench = await TarBench.make();
        try {
          const source = await bench.folder('source');
          const archives: string[] = [];
          let base: MadeLevel | undefined;
          let known = new Set<string>();
          for (const [level, changes] of rounds.entries()) {
            for (const [count, one] of changes.entries()) apply(source, one, level * 100 + count);
            const tree = await describeTree(source);
            base = await bench.backup(source, base);
            archives.push(base.archive);
            expect(base.skipped).toEqual([]);
            if (base.outcome.replacesAll) known = new Set();
            for (const gone of base.deleted) expect(known.delete(gone)).toBe(true);
            for (const held of base.held) known.add(held);
            expect([...known].toSorted()).toEqual(pathsOf(source).toSorted());
            const target = await bench.folder(`target-${level}`);
            expect(await bench.restore(archives, target)).toEqual([]);
            expect(await describeTree(target)).toEqual(tree);
          }
        } finally {
          await bench.remove();
        }
      }),
      { numRuns: Number(process.env['FREEZER_RUNS'] ?? 12), endOnFailure: true },
    );
  }, 120_000);
});
