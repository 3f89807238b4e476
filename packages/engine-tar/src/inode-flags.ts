import { execFile } from 'node:child_process';
import { type BytePath, type CallOptions, displayPath, type HeldEntry, type SkippedEntry } from '@freezer/core';
import { minimalEnvironment } from '@freezer/subprocess';

const BATCH = 4000;
/** Well below what the kernel takes as arguments. */
const BATCH_CHARS = 256 * 1024;
/** Set by the file system for its own purposes: extents, hashed directory, inline data, encrypted, verity, project. */
const ITS_OWN = new Set(['-', 'e', 'I', 'N', 'E', 'V', 'P']);

/**
 * Asks `lsattr` of e2fsprogs for the flags of files and directories, such as immutable, which no archive of tar can hold.
 * Where the program is missing or the file system has none, nothing is said.
 */
export class InodeFlags {
  readonly #folder: string;
  readonly #options: CallOptions;
  #waiting: BytePath[] = [];
  #waitingChars = 0;
  #usable = true;

  /** Paths are below `folder`. */
  constructor(folder: string, options: CallOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Remembers what may have flags; true when it is time to `flush`. */
  add({ type, path }: HeldEntry): boolean {
    // Node passes arguments as UTF-8, and lsattr prints a line end as it is: such names are not asked for.
    if (!this.#usable || (type !== 'file' && type !== 'directory') || path.includes('\n') || displayPath(path).includes('\uFFFD')) return false;
    this.#waiting.push(path);
    this.#waitingChars += path.length;
    return this.#waiting.length >= BATCH || this.#waitingChars >= BATCH_CHARS;
  }

  /** The flags of what was added since the last call. */
  async flush(): Promise<SkippedEntry[]> {
    const paths = this.#waiting;
    this.#waiting = [];
    this.#waitingChars = 0;
    if (paths.length === 0) return [];
    const output = await this.#ask(paths);
    // No answer for any of them: this file system has no flags.
    if (output === '') this.#usable = false;
    return output.split('\n').flatMap(flagsOf);
  }

  #ask(paths: readonly BytePath[]): Promise<string> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      const args = ['-d', '--', ...paths.map((path) => `./${displayPath(path)}`)];
      execFile(
        'lsattr',
        args,
        { cwd: this.#folder, encoding: 'latin1', env: minimalEnvironment(), maxBuffer: Number.POSITIVE_INFINITY, ...(signal === undefined ? {} : { signal }) },
        (_error, stdout) => {
          if (signal?.aborted) reject(signal.reason);
          // It fails as soon as one of the files cannot be asked; what it says of the others counts.
          else resolve(stdout);
        },
      );
    });
  }
}

function flagsOf(line: string): SkippedEntry[] {
  const space = line.indexOf(' ./');
  const flags = [...line.slice(0, Math.max(space, 0))].filter((flag) => !ITS_OWN.has(flag)).join('');
  const path = line.slice(space + 3);
  return flags === '' ? [] : [{ kind: 'skipped', path, reason: 'inode_flags', detail: flags }];
}
