import { mkdirSync } from 'node:fs';
import type { HeldEntry, Storage } from '@freezer/core';
import { applyTreeChange, createMemoryPlace, MemoryStorage, readTree, type TreeChange } from '@freezer/testing';
import { expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { heldEntries, type LevelWhim, walkEngine } from '../test-support/walk-engine.ts';
import { PLUGINS } from './plugins.ts';
import { RunHere } from './run-here.fixture.ts';

jest.setTimeout(120_000);

const segment = fc.constantFrom('a', 'b', 'a-', 'line\nend', '\xff\xfe', '\xc3\xa4 "\\', 'n'.repeat(255));
const somePath = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const someChange: fc.Arbitrary<TreeChange> = fc.record({
  kind: fc.constantFrom<TreeChange['kind']>('mkdir', 'write', 'write', 'write', 'symlink', 'remove', 'rename', 'rename', 'swap', 'link'),
  path: somePath,
  other: somePath,
});
const someLevel = fc.record({
  changes: fc.array(someChange, { maxLength: 15 }),
  options: fc.constantFrom<readonly string[]>([], ['--incremental'], ['--incremental'], ['--incremental'], ['--max-level', '2'], ['--always-level', '1']),
  whim: fc.record({ forgets: fc.integer({ min: 0, max: 7 }).map((dice) => dice === 0), alsoEvery: fc.integer({ min: 1, max: 9 }) }),
});

/** What `show` and `find` print of an entry. */
interface Shown {
  readonly path: string;
  readonly path_base64?: string;
  readonly type: string;
  readonly size: number;
  readonly mtime_ns: string;
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly target?: string;
  readonly target_base64?: string;
}

interface Found extends Pick<Shown, 'path' | 'path_base64'> {
  readonly versions: readonly (Shown & {
    readonly first_point: { time_stamp: number };
    readonly last_point: { time_stamp: number };
    readonly points: number;
  })[];
}

const bytesOf = (text: string, base64: string | undefined): string => Buffer.from(base64 ?? text, base64 === undefined ? 'utf8' : 'base64').toString('latin1');
const pathOf = ({ path, path_base64 }: Pick<Shown, 'path' | 'path_base64'>): string => bytesOf(path, path_base64);

/** In one line, so that it can be compared. */
const shownLine = (shown: Shown): string =>
  JSON.stringify([
    pathOf(shown),
    shown.type,
    shown.size,
    shown.mtime_ns,
    Number.parseInt(shown.mode, 8),
    shown.uid,
    shown.gid,
    shown.target === undefined ? null : bytesOf(shown.target, shown.target_base64),
  ]);
const walkedLine = ({ path, type, size, mtimeNs, mode, uid, gid, target }: HeldEntry): string =>
  JSON.stringify([path, type, size, String(mtimeNs), mode, uid, gid, target ?? null]);

/** Time of a point, and a line for each path of the source as it was then. */
type Walks = readonly (readonly [t: number, lines: ReadonlyMap<string, string>])[];

/** Points that follow each other and look the same are one version: the line, the first point, the last, how many. */
function versionsOf(path: string, walks: Walks): readonly (readonly [line: string, first: number, last: number, points: number])[] {
  const versions: [string, number, number, number][] = [];
  let before: string | undefined;
  for (const [t, lines] of walks) {
    const line = lines.get(path);
    const last = versions.at(-1);
    if (line !== undefined && line === before && last) versions.splice(-1, 1, [line, last[1], t, last[3] + 1]);
    else if (line !== undefined) versions.push([line, t, t, 1]);
    before = line;
  }
  return versions;
}

class Bench implements Disposable {
  readonly here = new RunHere();
  readonly walks: [number, ReadonlyMap<string, string>][] = [];
  readonly #place = createMemoryPlace();
  #whim: LevelWhim = { forgets: false, alsoEvery: 1 };

  constructor() {
    const open = async (_: unknown, { run }: { readonly run: { readonly id: string } }): Promise<Storage> => new MemoryStorage(this.#place, run.id);
    this.here.plugins = {
      ...PLUGINS,
      storages: [{ kind: 'local', load: async () => ({ kind: 'local', settings: { parse: () => undefined }, open }) }],
      engines: [{ kind: 'tar', load: async () => walkEngine(() => this.#whim) }],
    };
    mkdirSync(this.source);
  }

  get source(): string {
    return this.here.path('source');
  }

  async backup(options: readonly string[], whim: LevelWhim): Promise<void> {
    this.#whim = whim;
    const words = ['-F', this.source, '--nosync', '--suspicious-below', '0', '--partial-exit-code', '0', '--json', ...options];
    const { code, out, complaints } = await this.here.run('backup', ...words);
    expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
    const walk = heldEntries(await readTree(this.source, { xattrs: false, acls: false }));
    this.walks.push([(JSON.parse(out) as { time_stamp: number }).time_stamp, new Map(walk.map((entry) => [entry.path, walkedLine(entry)]))]);
  }

  async lines<Line>(...words: readonly string[]): Promise<readonly Line[]> {
    const [action = '', ...options] = words;
    const { code, out, complaints } = await this.here.run(action, '--json', ...options);
    expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
    return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
  }

  [Symbol.dispose](): void {
    this.here[Symbol.dispose]();
  }
}

test('the list of each point, and the versions of each path, are what walks of the directory found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someLevel, { minLength: 1, maxLength: 6 }), async (levels) => {
      using bench = new Bench();
      for (const [level, { changes, options, whim }] of levels.entries()) {
        for (const [count, change] of changes.entries()) applyTreeChange(bench.source, change, level * 100 + count);
        await bench.backup(options, whim);
      }
      for (const [t, walk] of bench.walks) {
        const shown = await bench.lines<Shown>('show', '--point', String(t));
        expect(shown.map(shownLine)).toEqual([...walk.values()]);
      }
      const found = await bench.lines<Found>('find', '*');
      const expected = [...new Set(bench.walks.flatMap(([, walk]) => [...walk.keys()]))].toSorted();
      expect(found.map(pathOf)).toEqual(expected);
      for (const { versions, ...one } of found) {
        const lines = versions.map((version) => [
          shownLine({ ...version, ...one }),
          version.first_point.time_stamp,
          version.last_point.time_stamp,
          version.points,
        ]);
        expect(lines).toEqual(versionsOf(pathOf(one), bench.walks));
      }
    }),
    { numRuns: Number(process.env['FREEZER_RUNS'] ?? 40), endOnFailure: true },
  );
});
