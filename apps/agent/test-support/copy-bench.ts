import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Storage } from '@freezer/core';
import { createMemoryPlace, type Fault, FaultyStorage, MemoryStorage } from '@freezer/testing';
import { expect } from '@jest/globals';
import { PLUGINS } from '../src/plugins.ts';
import { type RanHere, RunHere } from '../src/run-here.fixture.ts';

type End = 'near' | 'far';

type Objects = ReturnType<typeof createMemoryPlace>['objects'];

/** What one run alone may have, and no run may leave behind. */
const OWNED = /\/(started|removing|lock)$/;

/** Two storages in memory, `near` with a set and `far`, to which it is copied; planned calls of either go wrong. */
export class CopyBench implements Disposable {
  readonly here = new RunHere();
  readonly #places = { near: createMemoryPlace(), far: createMemoryPlace() };
  readonly #storages = new Map<End, FaultyStorage>();
  readonly #job: string;
  #faults: Partial<Record<End, readonly Fault[]>> = {};
  #kept: Readonly<Record<End, Objects>> = { near: new Map(), far: new Map() };

  constructor() {
    const open = async ({ end }: { readonly end: End }, { run }: { readonly run: { readonly id: string } }): Promise<Storage> => {
      const storage = new NamedStorage(end, new MemoryStorage(this.#places[end], run.id), this.#faults[end] ?? []);
      this.#storages.set(end, storage);
      return storage;
    };
    const parse = (values: Readonly<Record<string, unknown>>) => ({
      end: basename(String(values['container'])) === 'far' ? ('far' as const) : ('near' as const),
    });
    this.here.plugins = { ...PLUGINS, storages: [{ kind: 'local', load: async () => ({ kind: 'local', settings: { parse }, open }) }] };
    const start = Date.now();
    this.here.now = () => start;
    this.#job = this.here.path('job.conf');
    const sections = ['near', 'far'].map((name) => `[storage:${name}]\nstorage = local\ncontainer = ${this.here.path(name)}\n`);
    writeFileSync(this.#job, `[default]\nbackup_name = set\nhostname = here\n${sections.join('')}`);
  }

  get source(): string {
    return this.here.path('source');
  }

  /** An action on one end alone, which must succeed. */
  async at(end: End, action: string, ...options: readonly string[]): Promise<RanHere> {
    const ran = await this.here.run(action, ...options, '-C', this.here.path(end));
    expect(ran).toMatchObject({ code: 0, complaints: '' });
    this.#bury();
    return ran;
  }

  /** Copies near to far, after which the process is dead in the eyes of the next one. */
  async copy(faults: Partial<Record<End, readonly Fault[]>> = {}, options: readonly string[] = []): Promise<RanHere> {
    return this.both(['copy', ...options], faults);
  }

  /** An action over the two of them, likewise. */
  async both([action = '', ...options]: readonly string[], faults: Partial<Record<End, readonly Fault[]>> = {}): Promise<RanHere> {
    this.#faults = faults;
    const ran = await this.here.run(action, '--config', this.#job, ...options);
    this.#faults = {};
    for (const storage of this.#storages.values()) expect(storage.pending).toEqual([]);
    this.#bury();
    return ran;
  }

  /** Every storage call of the last run at one end, as 'operation key'. */
  callsOf(end: End): readonly string[] {
    return this.#storages.get(end)?.calls ?? [];
  }

  /** What lies there, to be changed as a third might. */
  objectsAt(end: End): Objects {
    return this.#places[end].objects;
  }

  /** `<level>_<T>` of what Python Freezer sees there. */
  visibleAt(end: End): readonly string[] {
    const keys = [...this.#places[end].objects.keys()].filter((key) => /^metadata\/.*\/metadata$/.test(key));
    return keys.map((key) => levelOf(key).split('/')[1] ?? '').toSorted();
  }

  /** The state to which `reset` goes back. */
  keep(): void {
    this.#kept = { near: new Map(this.#places.near.objects), far: new Map(this.#places.far.objects) };
  }

  reset(): void {
    for (const end of ['near', 'far'] as const) {
      this.#places[end].objects.clear();
      for (const [key, object] of this.#kept[end]) this.#places[end].objects.set(key, object);
    }
  }

  /** The source is what it was, byte by byte, and every level that the target shows is whole, as is all that it stands on. Returns their number. */
  expectSound(): number {
    const [near, far] = [textOf(this.#places.near.objects), textOf(this.#places.far.objects)];
    expect(near).toEqual(textOf(this.#kept.near));
    const visible = levelsOf(far);
    for (const level of visible) {
      const own = (objects: ReadonlyMap<string, string>) => [...objects].filter(([key]) => key.includes(`/${level}/`) && !OWNED.test(key)).toSorted();
      expect(own(far)).toEqual(own(near));
      const [chain, number] = partsOf(level);
      for (let below = 0; below < number; below += 1) expect(visible.map(partsOf)).toContainEqual([chain, below]);
    }
    return visible.length;
  }

  get levels(): number {
    return levelsOf(textOf(this.#places.near.objects)).length;
  }

  /** What lies at the target now, as one digest; of what a run alone may have only that it is there. */
  get state(): string {
    const hash = createHash('sha256');
    for (const [key, { bytes }] of [...this.#places.far.objects].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(OWNED.test(key) ? `${key} ` : `${key} ${bytes.length} `).update(OWNED.test(key) ? '' : bytes);
    return hash.digest('hex');
  }

  /** Of a run, at either end: what it alone may have, and data of no level. */
  leftovers(): readonly string[] {
    return (['near', 'far'] as const).flatMap((end) => {
      const keys = [...this.#places[end].objects.keys()];
      const levels = new Set(levelsOf(textOf(this.#places[end].objects)));
      return keys.filter((key) => OWNED.test(key) || !levels.has(levelOf(key))).map((key) => `${end}: ${key}`);
    });
  }

  /** Whoever owned something was another process, which is no more. */
  #bury(): void {
    for (const { objects } of Object.values(this.#places)) {
      for (const [key, object] of objects) {
        const text = object.bytes.toString('latin1');
        if (OWNED.test(key)) objects.set(key, { ...object, bytes: Buffer.from(text.replace(/"pid_started":"\d+"/, '"pid_started":"1"'), 'latin1') });
      }
    }
  }

  [Symbol.dispose](): void {
    this.here[Symbol.dispose]();
  }
}

/** So that the two are not the same place in the eyes of the agent. */
class NamedStorage extends FaultyStorage {
  override readonly label: string;

  constructor(name: string, ...rest: ConstructorParameters<typeof FaultyStorage>) {
    super(...rest);
    this.label = `memory:${name}`;
  }
}

const textOf = (objects: Objects): ReadonlyMap<string, string> => new Map([...objects].map(([key, { bytes }]) => [key, bytes.toString('latin1')]));
const levelOf = (key: string): string => /\/(\d+\/\d+_\d+)\//.exec(key)?.[1] ?? '';
/** `<T0>/<level>_<T>` of what is a backup. */
const levelsOf = (objects: ReadonlyMap<string, string>): readonly string[] =>
  [...objects.keys()].filter((key) => /^metadata\/.*\/metadata$|^data\/.*\/superseded$/.test(key)).map(levelOf);
const partsOf = (level: string): readonly [chain: string, level: number] => {
  const [chain = '', rest = ''] = level.split('/');
  return [chain, Number(rest.split('_', 1)[0])];
};
