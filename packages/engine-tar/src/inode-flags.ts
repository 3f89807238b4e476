import type { BytePath, CallOptions, HeldEntry, SkippedEntry } from '@freezer/core';
import { LsattrRun } from './lsattr-run.ts';

const BATCH = 1000;
/** Who was asked for so many and said nothing will never say anything. */
const MANY = 100_000;
/** Flags, some of which are not the file system's own: those are for extents, hashed directory, inline data, encrypted, verity, project. */
const HAS_FLAGS = /^[-eINEVP]*[^-eINEVP ]/;
const ITS_OWN = /[-eINEVP]/g;

/**
 * Asks `lsattr` of e2fsprogs for the flags of files and directories, such as immutable, which no archive of tar can hold.
 * Where the program is missing or the file system has none, nothing is said.
 */
export class InodeFlags {
  readonly #folder: string;
  readonly #options: CallOptions;
  #waiting: BytePath[] = [];
  #run: LsattrRun | undefined;
  #asked = 0;
  #isAnswered = false;

  /** Paths are below `folder`. */
  constructor(folder: string, options: CallOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Remembers what may have flags; true when it is time to `flush`. */
  add({ type, path }: HeldEntry): boolean {
    // lsattr prints a line end as it is: such names are not asked for.
    if (this.#isInVain || (type !== 'file' && type !== 'directory') || path.includes('\n')) return false;
    this.#waiting.push(path);
    return this.#waiting.length >= BATCH;
  }

  /** Hands over what was added, and gives the flags that are known by now. */
  async flush(): Promise<SkippedEntry[]> {
    const paths = this.#waiting;
    this.#waiting = [];
    this.#run ??= new LsattrRun(this.#folder, this.#options);
    await this.#run.ask(paths);
    const lines = this.#run.lines();
    this.#asked += paths.length;
    this.#isAnswered ||= lines.length > 0;
    return flagsIn(this.#isInVain ? await this.#lastLines(this.#run) : lines);
  }

  /** Half of the names, or their answers, may still be on their way: it is in vain when all of them were answered by nothing. */
  async #lastLines(run: LsattrRun): Promise<readonly string[]> {
    await run.end();
    this.#run = undefined;
    const lines = run.lines();
    this.#isAnswered = lines.length > 0;
    return lines;
  }

  /** No answer for any of so many: this file system has no flags, and a million further files need not be opened. */
  get #isInVain(): boolean {
    return this.#asked >= MANY && !this.#isAnswered;
  }

  /** The flags of all that is left. */
  async end(): Promise<SkippedEntry[]> {
    const found = this.#waiting.length > 0 ? await this.flush() : [];
    await this.#run?.end();
    return [...found, ...flagsIn(this.#run?.lines() ?? [])];
  }

  /** Stops asking. Idempotent. */
  close(): void {
    this.#run?.close();
  }
}

const flagsIn = (lines: readonly string[]): SkippedEntry[] => lines.filter((line) => HAS_FLAGS.test(line)).map(entryOf);

function entryOf(line: string): SkippedEntry {
  const space = line.indexOf(' ./');
  return { kind: 'skipped', path: line.slice(space + 3), reason: 'inode_flags', detail: line.slice(0, space).replaceAll(ITS_OWN, '') };
}
