import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, type EnginePlugin, type HeldEntry, type IndexEntry, once } from '@freezer/core';
import { readTree, type TreeEntry } from '@freezer/testing';

/** How a level is to come about. */
export interface LevelWhim {
  /** As if the base had left no state: everything is saved, and nothing of older levels counts. */
  readonly forgets: boolean;
  /** Every so many-th path is saved although it did not change. */
  readonly alsoEvery: number;
}

/** What an index has to say of a tree, sorted: of several names of a file all but the first are links to that. */
export const heldEntries = (tree: readonly TreeEntry[]): readonly HeldEntry[] =>
  tree.map(({ path, type, size, mtimeNs, mode, uid, gid, target, hardLinks }) => {
    if (type === 'socket') throw new TypeError('an archive holds no socket');
    const [first = path] = hardLinks ?? [];
    const common = { kind: 'held', path, mtimeNs, mode, uid, gid } as const;
    if (first !== path) return { ...common, type: 'link', size: 0, target: first };
    return { ...common, type, size, ...(target === undefined ? {} : { target }) };
  });

const signatureOf = (entry: HeldEntry): string => JSON.stringify(entry, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

/** An engine whose archives are empty and whose entries are true, found by walks: for tests of what becomes of the entries. */
export function walkEngine(whim: () => LevelWhim): EnginePlugin {
  const engine: Engine = {
    name: 'tar',
    capabilities: { incremental: true, readable: false },
    async backup({ source, workDir, basePath }) {
      const { forgets, alsoEvery } = whim();
      const before = new Map<string, string>(basePath === undefined || forgets ? [] : (JSON.parse(await readFile(basePath, 'utf8')) as [string, string][]));
      const now = heldEntries(await readTree(source.resource, { xattrs: false, acls: false }));
      const statePath = join(workDir, 'state');
      await writeFile(statePath, JSON.stringify(now.map((entry) => [entry.path, signatureOf(entry)])));
      const saved = now.filter((entry, at) => before.get(entry.path) !== signatureOf(entry) || at % alsoEvery === 0);
      const paths = new Set(now.map(({ path }) => path));
      const deleted = [...before.keys()].filter((path) => !paths.has(path)).map((path) => ({ kind: 'deleted', path }) as const);
      async function* entryBatches(): AsyncGenerator<readonly IndexEntry[]> {
        yield deleted;
        // In no promised order.
        yield saved.toReversed();
      }
      const outcome = { statePath, entryBatches, replacesAll: before.size === 0, archiveBytes: 0, metadata: {} };
      return {
        kind: 'archive',
        stages: [{ kind: 'open', name: 'walk', open: () => once(Buffer.from('x')) }],
        compressible: false,
        finish: async () => outcome,
      };
    },
    restore: () => Promise.reject(new TypeError('nothing is restored')),
  };
  return { kind: 'tar', settings: { parse: () => undefined }, open: async () => engine };
}
