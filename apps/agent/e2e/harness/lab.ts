import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemCodeOf } from '@freezer/core';

export const HOST = 'labhost';
export const NAME = 'set';

/** A level, as the storage shows it. Times are epoch seconds. */
export interface StoredLevel {
  readonly t0: number;
  readonly level: number;
  readonly t: number;
  /** Python does not see it any more: a newer level took its place. */
  readonly superseded: boolean;
}

/** Folders for one test: what is saved, where it is stored, and where both agents keep what is theirs. */
export class Lab implements AsyncDisposable {
  readonly root: string;
  readonly source: string;
  readonly store: string;
  readonly state: string;
  readonly home: string;
  readonly passFile: string;
  #targets = 0;

  private constructor(root: string) {
    this.root = root;
    this.source = join(root, 'source');
    this.store = join(root, 'store');
    this.state = join(root, 'state');
    this.home = join(root, 'home');
    this.passFile = join(root, 'pass-file');
  }

  static async open(): Promise<Lab> {
    const lab = new Lab(await mkdtemp(join(tmpdir(), 'freezer-lab-')));
    for (const folder of [lab.source, lab.store, lab.state, lab.home]) await mkdir(folder);
    // Two of Python's agents that begin at once both make it, and the second fails.
    await mkdir(join(lab.home, '.freezer'));
    await writeFile(lab.passFile, 'correct horse battery staple\nignored second line\n', { mode: 0o600 });
    return lab;
  }

  /** The path of a folder that does not exist yet. */
  target(): string {
    this.#targets += 1;
    return join(this.root, `target-${this.#targets}`);
  }

  /** A pass file besides the usual one. */
  async otherPassFile(text: string): Promise<string> {
    const file = join(this.root, 'other-pass-file');
    await writeFile(file, text, { mode: 0o600 });
    return file;
  }

  /** Every committed level of the set, the oldest first. */
  async levels(name: string = NAME): Promise<readonly StoredLevel[]> {
    const visible = await this.#folders(join(this.store, 'metadata', 'tar', `${HOST}_${name}`), 'metadata');
    const kept = await this.#folders(join(this.store, 'data', 'tar', `${HOST}_${name}`), 'superseded');
    const seen = new Set(visible.map(({ t }) => t));
    const all = [
      ...visible.map((level) => ({ ...level, superseded: false })),
      ...kept.filter(({ t }) => !seen.has(t)).map((level) => ({ ...level, superseded: true })),
    ];
    return all.toSorted((a, b) => a.t - b.t);
  }

  async #folders(set: string, object: string): Promise<readonly Omit<StoredLevel, 'superseded'>[]> {
    const found: Omit<StoredLevel, 'superseded'>[] = [];
    for (const t0 of await names(set)) {
      for (const folder of await names(join(set, t0))) {
        const [level, t] = folder.split('_').map(Number);
        if (level === undefined || t === undefined) throw new Error(`${set}/${t0}/${folder} is no level`);
        if ((await names(join(set, t0, folder))).includes(object)) found.push({ t0: Number(t0), level, t });
      }
    }
    return found;
  }

  async newest(name: string = NAME): Promise<StoredLevel> {
    const newest = (await this.levels(name)).at(-1);
    if (newest === undefined) throw new Error(`no level of ${name} is stored`);
    return newest;
  }

  /** Levels are told apart by whole seconds: waits until the clock is past the newest. */
  async tick(): Promise<void> {
    const last = (await this.levels()).at(-1)?.t ?? 0;
    const left = (last + 1) * 1000 - Date.now();
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left + 10));
  }

  async close(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The names in a folder; none when it is absent. */
async function names(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/** A time of a level as both agents take it; both run in UTC. */
export const dateOf = (t: number): string => new Date(t * 1000).toISOString().slice(0, 19);
