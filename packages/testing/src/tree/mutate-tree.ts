import { appendFile, chmod, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createSeededRandom, realisticBytes, type SeededRandom } from './seeded-random.ts';

/** What was done to a tree. */
export interface TreeChanges {
  readonly changed: number;
  readonly added: number;
  readonly deleted: number;
  readonly renamed: number;
}

/** Changes a tree as a day does: some files grow or change inside, some go, some come, folders are renamed, a file and a folder swap their kind. */
export async function mutateTree(root: string, { seed }: { readonly seed: number }): Promise<TreeChanges> {
  const random = createSeededRandom(seed);
  const { files, folders } = await pathsIn(root);
  const counts = { changed: 0, added: 0, deleted: 0, renamed: 0 };
  for (const file of files) {
    const dice = random.integer(100);
    if (dice < 10) await changeFile(file, random);
    else if (dice < 16) await rm(file);
    if (dice < 10) counts.changed += 1;
    else if (dice < 16) counts.deleted += 1;
  }
  for (const folder of [...folders, root]) {
    if (random.integer(3) > 0) continue;
    await writeFile(`${folder}/added-${seed}`, realisticBytes(random, random.integer(20_000)));
    counts.added += 1;
  }
  // Deepest first, so that a path that was read stays true until its turn.
  for (const folder of folders.toReversed()) {
    if (random.integer(6) > 0) continue;
    await rename(folder, `${folder}-moved-${seed}`);
    counts.renamed += 1;
  }
  await mkdir(`${root}/new-folder-${seed}`, { recursive: true });
  return counts;
}

async function changeFile(file: string, random: SeededRandom): Promise<void> {
  const kind = random.integer(3);
  if (kind === 0) return await appendFile(file, realisticBytes(random, 1 + random.integer(5000)));
  if (kind === 1) return await chmod(file, 0o600 | random.integer(0o100));
  const { size } = await stat(file);
  const handle = await open(file, 'r+');
  try {
    await handle.write(random.bytes(64), 0, 64, random.integer(size + 1));
  } finally {
    await handle.close();
  }
}

/** Regular files and folders with plain names, sorted, so that a seed repeats. */
async function pathsIn(root: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = (wanted: (entry: (typeof entries)[number]) => boolean): string[] =>
    entries
      .filter((entry) => wanted(entry) && !`${entry.parentPath}/${entry.name}`.includes('\uFFFD'))
      .map((entry) => `${entry.parentPath}/${entry.name}`)
      .toSorted();
  return { files: paths((entry) => entry.isFile()), folders: paths((entry) => entry.isDirectory()) };
}
