import { mkdir, open, utimes } from 'node:fs/promises';
import { createSeededRandom, realisticBytes, type SeededRandom } from './seeded-random.ts';

/** How large a tree is to be, and which one. */
export interface MakeTreeOptions {
  readonly files: number;
  /** Of all files together. */
  readonly bytes: number;
  readonly seed: number;
}

const FILES_PER_FOLDER = 40;
const PIECE_BYTES = 1_048_576;
const BIRTH = 1_700_000_000;

/** Fills a directory (made when absent) with files of very different sizes; the same seed makes the same tree, times included. */
export async function makeTree(root: string, { files, bytes, seed }: MakeTreeOptions): Promise<void> {
  const random = createSeededRandom(seed);
  const sizes = sizesOf(random, files, bytes);
  const folders = new Set<string>();
  for (const [index, size] of sizes.entries()) {
    const group = Math.floor(index / FILES_PER_FOLDER);
    const folder = `${root}/part-${group % 7}/folder-${group}`;
    if (!folders.has(folder)) await mkdir(folder, { recursive: true });
    folders.add(folder).add(`${root}/part-${group % 7}`);
    await writeSeeded(`${folder}/file-${index}.dat`, random, size);
    await utimes(`${folder}/file-${index}.dat`, BIRTH, BIRTH + index);
  }
  if (files === 0) await mkdir(root, { recursive: true });
  for (const folder of [...folders, root].toSorted((left, right) => right.length - left.length)) await utimes(folder, BIRTH, BIRTH);
}

/** Most files are small, and few hold most of the bytes. */
function sizesOf(random: SeededRandom, files: number, bytes: number): number[] {
  const weights = Array.from({ length: files }, () => 1 / (random.integer(1000) + 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let left = bytes;
  return weights.map((weight, index) => {
    const size = index === files - 1 ? left : Math.min(left, Math.floor((weight / sum) * bytes));
    left -= size;
    return size;
  });
}

async function writeSeeded(path: string, random: SeededRandom, size: number): Promise<void> {
  const file = await open(path, 'w', 0o644);
  try {
    for (let written = 0; written < size; written += PIECE_BYTES) await file.writeFile(realisticBytes(random, Math.min(PIECE_BYTES, size - written)));
  } finally {
    await file.close();
  }
}
