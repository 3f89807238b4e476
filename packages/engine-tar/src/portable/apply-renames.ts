import { mkdir, rename } from 'node:fs/promises';
import {
  type BytePath,
  folderOf,
  isTemporary,
  type MovedDirectory,
  messageOf,
  planRenames,
  type Renamed,
  type RestoreProblem,
  systemCodeOf,
} from '@freezer/core';
import { temporaryName } from './entry-writer.ts';
import { removeTree } from './remove-tree.ts';
import { pathIn, type TargetFolders } from './target-folders.ts';

const depthOf = (path: BytePath): number => path.split('/').length;

/**
 * Gives the directories that earlier levels wrote the names that a level gives them. Each is put aside, the deepest first, then into its new
 * place, the highest first; so directories can change places and go into each other. What stands in the way was replaced by the renaming.
 */
export async function applyRenames(target: string, renames: readonly Renamed[], folders: TargetFolders): Promise<readonly RestoreProblem[]> {
  const map = await planRenames(renames, async (paths) => {
    const found = new Set<BytePath>();
    for (const path of paths) if (await folders.has(path)) found.add(path);
    return found;
  });
  // What is left aside by a wrong record stays where it is: the lists of the level decide over it.
  const moves = [...map.moved()].filter(({ to }) => to === undefined || !isTemporary(to));
  if (moves.length === 0) return [];
  const staging = temporaryName();
  await mkdir(pathIn(target, staging), { mode: 0o700 });
  const problems: RestoreProblem[] = [];
  try {
    const aside = await putAside(target, moves, staging, problems);
    folders.forget();
    for (const { to, place } of aside.toSorted((a, b) => depthOf(a.to) - depthOf(b.to))) await putInPlace({ target, folders, to, place }, problems);
  } finally {
    await removeTree(pathIn(target, staging));
  }
  return problems;
}

interface Aside {
  readonly to: BytePath;
  readonly place: Buffer;
}

async function putAside(target: string, moves: readonly MovedDirectory[], staging: string, problems: RestoreProblem[]): Promise<readonly Aside[]> {
  const aside: Aside[] = [];
  for (const [at, { from, to }] of moves.toSorted((a, b) => depthOf(b.from) - depthOf(a.from)).entries()) {
    const place = pathIn(target, `${staging}/${at}`);
    try {
      await rename(pathIn(target, from), place);
      if (to !== undefined) aside.push({ to, place });
    } catch (error) {
      if (systemCodeOf(error) === undefined) throw error;
      problems.push({ path: from, detail: `was renamed before this point, but cannot be moved: ${messageOf(error)}` });
    }
  }
  return aside;
}

interface Placing extends Aside {
  readonly target: string;
  readonly folders: TargetFolders;
}

async function putInPlace({ target, folders, to, place }: Placing, problems: RestoreProblem[]): Promise<void> {
  try {
    if (!(await folders.makeAbove(to)) || !(await folders.has(folderOf(to)))) {
      problems.push({ path: to, detail: 'a folder above it is none in the target: a file or a link is there' });
      return;
    }
    await removeTree(pathIn(target, to));
    folders.forget();
    await rename(place, pathIn(target, to));
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    problems.push({ path: to, detail: `was renamed before this point, but cannot be moved: ${messageOf(error)}` });
  }
}
