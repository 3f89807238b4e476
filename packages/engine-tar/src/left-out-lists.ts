import { createWriteStream } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type BytePath, bytesOfPath, type CallOptions, FreezerError, type SkippedEntry, systemCodeOf } from '@freezer/core';
import { joinPath } from './left-out.ts';
import type { Member } from './member.ts';
import type { TarOptions } from './settings.ts';

/** Files of patterns for tar, each in its own way of reading. */
export interface LeftOutLists {
  /** Patterns of the user. */
  readonly patternsPath: string | undefined;
  /** Anchored paths with wildcards, for names that a line cannot hold as they are. */
  readonly oddPath: string | undefined;
  /** Anchored paths that are themselves. */
  readonly literalPath: string | undefined;
  /** What was to be saved, and is not there. */
  readonly missing: readonly SkippedEntry[];
}

export interface LeftOutRequest extends CallOptions {
  readonly member: Member;
  readonly options: TarOptions;
  /** Below the member, with all that is in them. */
  readonly leaveOut: readonly BytePath[];
  /** Private; gets the files. */
  readonly workDir: string;
}

/** A path that is wanted, or on the way to one. */
interface Wanted {
  readonly below: Map<string, Wanted>;
  whole: boolean;
}

/**
 * Writes down what tar is to leave out. What of a folder is not wanted is named one by one, because tar, when it is handed single paths,
 * keeps no list of the folders above them: what vanishes from such a folder would stay in every later point.
 */
export async function writeLeftOutLists({ member, options, leaveOut, workDir, signal }: LeftOutRequest): Promise<LeftOutLists> {
  const { excludePatterns, onlyPaths } = options;
  const patternsPath = excludePatterns.length === 0 ? undefined : join(workDir, 'exclude-patterns');
  if (patternsPath !== undefined) await writeLines(patternsPath, excludePatterns, { signal });
  if (onlyPaths === undefined && leaveOut.length === 0) return { patternsPath, oddPath: undefined, literalPath: undefined, missing: [] };
  if (onlyPaths !== undefined && member.member !== '.') throw new FreezerError('invalid', 'only_paths: needs a directory as the source, not a single file');
  const unwanted = new Unwanted(member.directory, options.dereference === 'soft' || options.dereference === 'all', { signal });
  const literalPath = join(workDir, 'exclude-literal');
  await writeLines(literalPath, unwanted.lines(leaveOut, onlyPaths), { signal });
  const oddPath = unwanted.odd.length === 0 ? undefined : join(workDir, 'exclude-odd');
  if (oddPath !== undefined) await writeLines(oddPath, unwanted.odd, { signal });
  return { patternsPath, oddPath, literalPath, missing: unwanted.missing };
}

async function writeLines(path: string, lines: Iterable<BytePath> | AsyncIterable<BytePath>, options: CallOptions): Promise<void> {
  async function* bytes() {
    for await (const line of lines) yield bytesOfPath(`${line}\n`);
  }
  await pipeline(Readable.from(bytes()), createWriteStream(path, { mode: 0o600 }), { signal: options.signal });
}

function treeOf(paths: readonly BytePath[]): Wanted {
  const root: Wanted = { below: new Map(), whole: false };
  for (const path of paths) {
    let at = root;
    for (const name of path === '.' ? [] : path.split('/')) {
      const next = at.below.get(name) ?? { below: new Map(), whole: false };
      at.below.set(name, next);
      at = next;
    }
    at.whole = true;
  }
  return root;
}

class Unwanted {
  readonly odd: BytePath[] = [];
  readonly missing: SkippedEntry[] = [];
  readonly #directory: string;
  readonly #follows: boolean;
  readonly #options: CallOptions;

  constructor(directory: string, follows: boolean, options: CallOptions) {
    this.#directory = directory;
    this.#follows = follows;
    this.#options = options;
  }

  /** Of paths that are to be left out, and of all that is not wanted when only some paths are. */
  async *lines(leaveOut: readonly BytePath[], onlyPaths: readonly BytePath[] | undefined): AsyncGenerator<BytePath> {
    for (const path of leaveOut) yield* this.#line(path);
    if (onlyPaths !== undefined) yield* this.paths(treeOf(onlyPaths));
  }

  *#line(path: BytePath): Generator<BytePath> {
    if (isPlain(path)) yield `./${path}`;
    else this.odd.push(`./${asPattern(path)}`);
  }

  /** Each path below a folder on the way to what is wanted, and not wanted itself, as a line of a file that tar reads. */
  async *paths(wanted: Wanted, folder: BytePath = '.'): AsyncGenerator<BytePath> {
    if (wanted.whole) return;
    const seen = new Set<string>();
    for await (const name of this.#names(folder, wanted)) {
      const path = joinPath(folder, name);
      seen.add(name);
      const inside = wanted.below.get(name);
      if (inside === undefined) yield* this.#line(path);
      else if (await this.#isFolder(path)) yield* this.paths(inside, path);
      else if (!inside.whole) this.#miss(inside, path, 'is no directory');
    }
    for (const [name, inside] of wanted.below) if (!seen.has(name)) this.#miss(inside, joinPath(folder, name), 'is not there');
  }

  async *#names(folder: BytePath, wanted: Wanted): AsyncGenerator<string> {
    this.#options.signal?.throwIfAborted();
    try {
      for await (const { name } of await opendir(this.#bytes(folder), { encoding: 'latin1' })) yield name;
    } catch (error) {
      if (systemCodeOf(error) === undefined) throw error;
      // tar says why the folder cannot be read, and it is named for that; nothing below it is known to be missing.
      wanted.below.clear();
    }
  }

  #bytes(path: BytePath): Buffer {
    return Buffer.concat([Buffer.from(`${this.#directory}/`), bytesOfPath(path)]);
  }

  async #isFolder(path: BytePath): Promise<boolean> {
    const found = await (this.#follows ? stat : lstat)(this.#bytes(path)).catch(() => undefined);
    return found?.isDirectory() ?? false;
  }

  #miss(wanted: Wanted, path: BytePath, why: string): void {
    if (wanted.whole) this.missing.push({ kind: 'skipped', path, reason: 'vanished', detail: `was named by --files-from and ${why}` });
    for (const [name, inside] of wanted.below) this.#miss(inside, joinPath(path, name), why);
  }
}

/** tar reads such a file by lines, and drops blanks at the end of each. */
const isPlain = (path: BytePath): boolean => !path.includes('\n') && !/[ \t\v\f\r]$/.test(path);

const asPattern = (path: BytePath): string =>
  path
    .replaceAll(/[*?[\\]/g, '\\$&')
    .replace(/[ \t\v\f\r]$/, '[$&]')
    .replaceAll('\n', '[[:cntrl:]]');
