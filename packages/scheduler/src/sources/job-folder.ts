import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { FreezerError, type Logger, messageOf, systemCodeOf } from '@freezer/core';
import { fileNameOf } from '../run/file-name.ts';

/** A file of a job directory: the JSON in it, or why there is none. */
export interface JobFile {
  readonly path: string;
  readonly name: string;
  readonly content: { readonly json: unknown } | { readonly problem: string };
}

const LARGEST_FILE = 16 * 1024 * 1024;
/** Editors write a file in several steps. */
const SETTLE_MS = 200;
/** So long a save may take: looks may follow each other at once, as after two events. */
const SAVE_MS = 1000;
/** By so much a timer may come too early. */
const TIMER_MS = 10;

interface Known {
  readonly signature: string;
  /** Which it keeps when it gets another name; undefined where it could not be looked at. */
  readonly inode?: number;
  readonly file: JobFile;
  /** What is told is what it held before, since this time: it is looked at again, also when nothing has changed. */
  readonly heldSince?: number;
}

/**
 * The job files of a directory (`*.conf`, JSON; also one file by its path). What did not change since the last look is not read again. A
 * file whose JSON ends in the middle of a save, or which is away, as while an editor puts another in its place, is what it was, until a look a
 * second later finds the same.
 */
export class JobFolder {
  readonly #path: string;
  readonly #logger: Logger;
  #known = new Map<string, Known>();
  #wasThere = false;
  #watcher: FSWatcher | undefined;
  #settling: NodeJS.Timeout | undefined;
  #changed: (() => void) | undefined;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /**
   * All files, by name; a directory that is missing from the beginning is made. Fails with `unavailable` when it cannot be read, or is away
   * when it was there before: then nothing is known of any job.
   */
  async read(): Promise<readonly JobFile[]> {
    const paths = await this.#list();
    const found = new Map<string, Known>();
    for (const path of paths) {
      const one = await this.#look(path);
      if (one) found.set(path, one);
    }
    const known = new Map([...found, ...this.#away(found)].toSorted(([one], [other]) => (one < other ? -1 : 1)));
    this.#known = known;
    if ([...known.values()].some(({ heldSince }) => heldSince !== undefined)) this.#lookAfter(SAVE_MS + TIMER_MS);
    return [...known.values()].map(({ file }) => file);
  }

  /** Calls when something in the directory changed, a moment after it came to rest; where it cannot be watched, only after a save. */
  watch(changed: () => void): void {
    this.close();
    // Also where it cannot be watched a save is looked at again as soon as it may be over.
    this.#changed = changed;
    try {
      this.#watcher = watch(this.#path, () => this.#lookAfter(SETTLE_MS));
      this.#watcher.on('error', (error) => this.#logger.warn({ error: messageOf(error) }, 'the job directory cannot be watched any more'));
    } catch (error) {
      this.#logger.warn({ error: messageOf(error) }, 'the job directory cannot be watched; it is read at every interval');
    }
  }

  close(): void {
    clearTimeout(this.#settling);
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#changed = undefined;
  }

  #lookAfter(milliseconds: number): void {
    if (!this.#changed) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(this.#changed, milliseconds);
  }

  /** Files that are not there and not yet believed to be gone. Where another has come, they may have got its name; or that of one that was there. */
  #away(found: ReadonlyMap<string, Known>): readonly [string, Known][] {
    if ([...found.keys()].some((path) => !this.#known.has(path))) return [];
    const now = performance.now();
    const replaced = [...found].filter(([path, { inode }]) => this.#known.get(path)?.inode !== inode);
    const moved = new Set(replaced.map(([, { inode }]) => inode));
    return [...this.#known].flatMap(([path, one]) => {
      const heldSince = one.heldSince ?? now;
      const isHeld = !moved.has(one.inode) && !found.has(path) && now - heldSince < SAVE_MS && 'json' in one.file.content;
      return isHeld ? [[path, { ...one, heldSince }]] : [];
    });
  }

  async #list(): Promise<readonly string[]> {
    try {
      const stats = await stat(this.#path).catch(async (error: unknown) => {
        if (systemCodeOf(error) !== 'ENOENT' || this.#wasThere) throw error;
        await mkdir(this.#path, { recursive: true, mode: 0o700 });
        return undefined;
      });
      this.#wasThere = true;
      if (stats?.isFile()) return [this.#path];
      const names = (await readdir(this.#path)).filter((name) => extname(name).toLowerCase() === '.conf');
      return names.toSorted().map((name) => join(this.#path, name));
    } catch (error) {
      throw new FreezerError('unavailable', `job directory ${this.#path} cannot be read (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
    }
  }

  async #look(path: string): Promise<Known | undefined> {
    const name = basename(path);
    const problem = (signature: string, text: string, inode?: number): Known => ({
      signature,
      ...(inode !== undefined && { inode }),
      file: { path, name, content: { problem: `${name}: ${text}` } },
    });
    try {
      const stats = await stat(path);
      const { size, mtimeMs, ino: inode, ctimeMs } = stats;
      const signature = `${size} ${mtimeMs} ${ctimeMs} ${inode}`;
      const before = this.#known.get(path);
      if (before?.signature === signature && before.heldSince === undefined) return before;
      // A pipe would be waited for, a device has no end.
      if (!stats.isFile()) return problem(signature, 'is no file', inode);
      if (size > LARGEST_FILE) return problem(signature, 'is larger than 16 MiB', inode);
      const text = await readFile(path, 'utf8');
      const read = parsed(text, { path, name });
      if (read) return { signature, inode, file: read };
      const now = performance.now();
      const heldSince = before?.signature === signature ? before.heldSince : now;
      const isBeingSaved = before !== undefined && heldSince !== undefined && now - heldSince < SAVE_MS && 'json' in before.file.content;
      return isBeingSaved ? { signature, inode, file: before.file, heldSince } : problem(signature, `is no JSON (${reasonOf(text)})`, inode);
    } catch (error) {
      // Removed between the listing and now.
      return systemCodeOf(error) === 'ENOENT' ? undefined : problem('', `cannot be read (${systemCodeOf(error) ?? messageOf(error)})`);
    }
  }
}

function parsed(text: string, { path, name }: Pick<JobFile, 'path' | 'name'>): JobFile | undefined {
  try {
    return { path, name, content: { json: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown } };
  } catch {
    // Why, the caller finds out once for its message.
    return undefined;
  }
}

function reasonOf(text: string): string {
  if (text.trim() === '') return 'it is empty';
  try {
    JSON.parse(text);
    return 'changed while it was read';
  } catch (error) {
    // Newer messages quote the text, which may hold a password.
    return messageOf(error)
      .replace(/,? ?(\.\.\.)?".*$/s, '')
      .slice(0, 120);
  }
}

/** Where `job-download` and the copies of the API's jobs put a job. */
export const jobFilePath = (folder: string, jobId: string): string => join(folder, `job_${fileNameOf(jobId)}.conf`);
