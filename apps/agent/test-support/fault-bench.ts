import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Storage } from '@freezer/core';
import { compareTrees, createMemoryPlace, type Fault, FaultyStorage, MemoryStorage, readTree, type TreeEntry } from '@freezer/testing';
import { expect } from '@jest/globals';
import { PLUGINS } from '../src/plugins.ts';
import { type RanHere, RunHere } from '../src/run-here.fixture.ts';

/** A point as `list --json` shows it. */
interface Listed {
  readonly t0: number;
  readonly level: number;
  readonly t: number;
}

type Objects = ReturnType<typeof createMemoryPlace>['objects'];

/** What one run alone may have, and no run may leave behind. */
const OWNED = /\/(started|removing|lock)$/;

/** A source whose set lies in memory, where planned calls go wrong; what it was at each point is known. */
export class FaultBench implements Disposable {
  readonly here = new RunHere();
  readonly #place = createMemoryPlace();
  readonly #trees = new Map<number, readonly TreeEntry[]>();
  /** Points that restored in full, by what they consist of: the same bytes are not restored twice. */
  readonly #calls = new Map<string, readonly string[]>();
  readonly #proved = new Set<string>();
  #faults: readonly Fault[] = [];
  #storage: FaultyStorage | undefined;
  #kept: Objects = new Map();
  #restores = 0;

  constructor() {
    const open = async (_: unknown, { run }: { readonly run: { readonly id: string } }): Promise<Storage> => {
      this.#storage = new FaultyStorage(new MemoryStorage(this.#place, run.id), this.#faults);
      return this.#storage;
    };
    this.here.plugins = { ...PLUGINS, storages: [{ kind: 'local', load: async () => ({ kind: 'local', settings: { parse: () => undefined }, open }) }] };
    const start = Date.now();
    this.here.now = () => start;
  }

  get source(): string {
    return this.here.path('source');
  }

  /** What the source was at the newest point that was remembered. */
  get newestTree(): readonly TreeEntry[] {
    return [...this.#trees.values()].at(-1) ?? [];
  }

  /** Every storage call of the last run of an action without faults, as 'operation key'. */
  callsOf(action = ''): readonly string[] {
    return this.#calls.get(action) ?? [];
  }

  /** Runs an action, after which its process is dead in the eyes of the next one. */
  async run(words: readonly string[], faults: readonly Fault[] = []): Promise<RanHere> {
    const [action = '', ...options] = words;
    this.#faults = faults;
    const ran = await this.here.run(action, ...options);
    this.#faults = [];
    expect(this.#storage?.pending).toEqual([]);
    if (faults.length === 0) this.#calls.set(action, this.#storage?.calls ?? []);
    this.#bury();
    return ran;
  }

  async mustRun(words: readonly string[]): Promise<RanHere> {
    const ran = await this.run(words);
    expect(ran).toMatchObject({ code: 0, complaints: '' });
    return ran;
  }

  /** A backup of the source as it is, which is remembered as its point. */
  async backup(...options: readonly string[]): Promise<void> {
    const ran = await this.mustRun(['backup', '-F', this.source, '--nosync', '--compression', 'none', '--suspicious-below', '0', '--json', ...options]);
    this.#trees.set(Number((JSON.parse(ran.out) as { time_stamp: number }).time_stamp), await readTree(this.source));
  }

  /** The state to which `reset` goes back. */
  keep(): void {
    this.#kept = new Map(this.#place.objects);
    if (existsSync(this.here.path('state'))) cpSync(this.here.path('state'), this.here.path('kept-state'), { recursive: true });
  }

  reset(): void {
    this.#place.objects.clear();
    for (const [key, object] of this.#kept) this.#place.objects.set(key, object);
    rmSync(this.here.path('state'), { recursive: true, force: true });
    if (existsSync(this.here.path('kept-state'))) cpSync(this.here.path('kept-state'), this.here.path('state'), { recursive: true });
  }

  /** The times of all points that a listing shows; each was restored, and is what the source was then (`now`: of a point made since). */
  async provedPoints(now: readonly TreeEntry[]): Promise<readonly number[]> {
    const sets = JSON.parse((await this.mustRun(['list', '--json'])).out) as { points: Listed[]; unfinished: string[] }[];
    const points = sets.flatMap((set) => set.points);
    for (const { t0, t } of points) {
      const proof = `${t} ${this.#digest(t0, t)}`;
      if (this.#proved.has(proof)) continue;
      const target = this.here.path(`restore-${(this.#restores += 1)}`);
      expect(await this.run(['restore', '--restore-abs-path', target, '--point', String(t)])).toMatchObject({ code: 0, complaints: '' });
      expect(compareTrees(this.#trees.get(t) ?? now, await readTree(target))).toEqual([]);
      rmSync(target, { recursive: true });
      this.#proved.add(proof);
    }
    return points.map(({ t }) => t);
  }

  /** What a run left of its own on the storage and in the state folder. */
  leftovers(): readonly string[] {
    const locks = ['locks', 'work'].flatMap((folder) => (existsSync(this.here.path('state', folder)) ? readdirSync(this.here.path('state', folder)) : []));
    return [...[...this.#place.objects.keys()].filter((key) => OWNED.test(key)), ...locks];
  }

  /** Of all that a chain had by then. */
  #digest(chain: number, until: number): string {
    const hash = createHash('sha256');
    for (const [key, { bytes }] of [...this.#place.objects].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const [, t0, t] = /\/(\d+)\/\d+_(\d+)\//.exec(key) ?? [];
      if (Number(t0) === chain && Number(t) <= until && !OWNED.test(key)) hash.update(`${key} ${bytes.length} `).update(bytes);
    }
    return hash.digest('hex');
  }

  /** Whoever owned something was another process, which is no more. */
  #bury(): void {
    const dead = (text: string): string => text.replace(/"pid_started":"\d+"/, '"pid_started":"1"');
    for (const [key, object] of this.#place.objects) {
      if (OWNED.test(key)) this.#place.objects.set(key, { ...object, bytes: Buffer.from(dead(object.bytes.toString())) });
    }
    for (const name of existsSync(this.here.path('state')) ? readdirSync(this.here.path('state'), { recursive: true }).map(String) : []) {
      const path = join(this.here.path('state'), name);
      if (/^locks\/.|\/owner$/.test(name)) writeFileSync(path, dead(readFileSync(path, 'utf8')));
    }
  }

  [Symbol.dispose](): void {
    this.here[Symbol.dispose]();
  }
}
