export { createMemoryPlace, type MemoryPlace, MemoryStorage } from './storage/memory-storage.ts';
export { compareTrees, type TreeFacet } from './tree/compare-trees.ts';
export { makeTree, type MakeTreeOptions } from './tree/make-tree.ts';
export { makeWeirdTree, type WeirdTreeOptions } from './tree/make-weird-tree.ts';
export { mutateTree, type TreeChanges } from './tree/mutate-tree.ts';
export { readTree, type ReadTreeOptions } from './tree/read-tree.ts';
export { createSeededRandom, realisticBytes, type SeededRandom } from './tree/seeded-random.ts';
export type { TreeEntry } from './tree/tree-entry.ts';
