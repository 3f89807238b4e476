import { lstat, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BytePath, displayPath, FreezerError, folderOf, messageOf, type RestoreProblem, systemCodeOf } from '@freezer/core';
import type { RunContext } from '../run-context.ts';
import { LineSpool, readSpool } from './line-spool.ts';
import { OwnFolders, pathIn } from './own-folders.ts';
import type { MovedPath } from './point-history.ts';
import { removeFolders } from './remove-folders.ts';
import { makeStaging, removeStaging } from './staging.ts';

/**
 * Gives what earlier levels of this restore wrote its names of the next level. First everything that moves is put aside, then the old
 * directories go (and those in `emptied`) unless they hold a stranger's file, then everything is put in its place: so directories can change
 * places. Directories that are missing are made; their attributes come with the level. Yields what could not be moved; fails with
 * `permission_denied` or `unavailable`. Nothing of ours is left in the target then; what a kill leaves goes by `removeDeadStaging`.
 */
export async function applyMoves(
  context: RunContext,
  target: string,
  moved: AsyncIterable<MovedPath>,
  emptied?: AsyncIterable<BytePath>,
): Promise<readonly RestoreProblem[]> {
  const moves = new Moves(context, target);
  try {
    await moves.putAside(moved);
    await moves.removeOld(emptied);
    await moves.putInPlace();
  } finally {
    await moves.close();
  }
  return moves.problems;
}

class Moves {
  readonly problems: RestoreProblem[] = [];
  readonly #context: RunContext;
  readonly #target: string;
  readonly #folderFile: string;
  readonly #placeFile: string;
  readonly #own: OwnFolders;
  #staging: string | undefined;
  #count = 0;

  constructor(context: RunContext, target: string) {
    this.#context = context;
    this.#target = target;
    this.#folderFile = context.work.file('moved-folders');
    this.#placeFile = context.work.file('moved-files');
    this.#own = new OwnFolders(target);
  }

  async putAside(moved: AsyncIterable<MovedPath>): Promise<void> {
    await LineSpool.write(this.#folderFile, async (folders) => {
      await LineSpool.write(this.#placeFile, async (places) => {
        for await (const { from, to, isDirectory } of moved) {
          this.#context.signal.throwIfAborted();
          if (isDirectory) await folders.add(JSON.stringify(from));
          else if (await this.#putFileAside(from, to)) await places.add(JSON.stringify(to));
        }
      });
    });
  }

  async #putFileAside(from: BytePath, to: BytePath): Promise<boolean> {
    // What is not there as we left it is somebody else's by now.
    if (!(await this.#own.has(folderOf(from))) || !(await isFile(pathIn(this.#target, from)))) return false;
    this.#staging ??= await makeStaging(this.#context, this.#target);
    const aside = join(this.#staging, String(this.#count));
    try {
      await rename(pathIn(this.#target, from), aside);
    } catch (error) {
      if (systemCodeOf(error) !== 'EXDEV') throw failure(from, to, error);
      this.problems.push({ path: to, detail: `is still named ${displayPath(from)}, which is on another file system than the folder restored to` });
      return false;
    }
    this.#count += 1;
    return true;
  }

  async removeOld(emptied: AsyncIterable<BytePath> | undefined): Promise<void> {
    const { signal } = this.#context;
    const file = this.#folderFile;
    async function* folders() {
      for await (const line of readSpool(file, { signal })) yield readPath(line);
      if (emptied) yield* emptied;
    }
    this.problems.push(...(await removeFolders(this.#context, this.#target, folders())));
    this.#own.forget();
  }

  async putInPlace(): Promise<void> {
    if (this.#staging === undefined) return;
    const { signal } = this.#context;
    let index = 0;
    for await (const line of readSpool(this.#placeFile, { signal })) {
      signal.throwIfAborted();
      await this.#placeFileAt(join(this.#staging, String(index)), readPath(line));
      index += 1;
    }
  }

  async #placeFileAt(aside: string, to: BytePath): Promise<void> {
    const place = pathIn(this.#target, to);
    try {
      await this.#own.make(folderOf(to));
      await rename(aside, place).catch(async (error: unknown) => {
        if (systemCodeOf(error) !== 'EISDIR') throw error;
        // Somebody's empty folder: what the backup holds replaces it.
        await rmdir(place);
        await rename(aside, place);
      });
    } catch (error) {
      const problem = PROBLEMS.get(systemCodeOf(error) ?? '');
      if (problem === undefined) throw failure('', to, error);
      this.problems.push({ path: to, detail: problem });
    }
  }

  async close(): Promise<void> {
    if (this.#staging !== undefined) await removeStaging(this.#staging);
  }
}

/** What keeps one file from its place, and nothing else. */
const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['ENOTEMPTY', 'a folder with files that are not of the backup is in its place'],
  ['EEXIST', 'a folder with files that are not of the backup is in its place'],
  ['EXDEV', 'its place is on another file system than the folder restored to'],
]);

async function isFile(path: Buffer): Promise<boolean> {
  try {
    return !(await lstat(path)).isDirectory();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

function readPath(line: string): BytePath {
  const path: unknown = JSON.parse(line);
  if (typeof path !== 'string') throw new TypeError('applyMoves: a line of a work file holds no path');
  return path;
}

function failure(from: BytePath, to: BytePath, error: unknown): FreezerError {
  const what = from === '' ? displayPath(to) : `${displayPath(from)} to ${displayPath(to)}`;
  const code = systemCodeOf(error) === 'ENOSPC' || systemCodeOf(error) === 'EIO' ? 'unavailable' : 'permission_denied';
  return new FreezerError(code, `restore: a renamed directory: ${what} cannot be moved: ${messageOf(error)}`, { cause: error });
}
