import { rm } from 'node:fs/promises';
import { type BytePath, folderOf, type HeldEntry, planRenames, type RenameMap } from '@freezer/core';
import { externalSort } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import { formatChange, formatPointEntry, parsePointEntry } from './history-lines.ts';
import { type LevelFacts, type PathFact, readFacts } from './level-facts.ts';
import { LineSpool, readSpool } from './line-spool.ts';
import type { HistoryEntry } from './point-history.ts';
import { Presence } from './presence.ts';

/** What a level made of the one before, in files that stay until the end of the run. */
export interface MergedLevel {
  /** Of `PointEntry`s, sorted by the bytes of the paths. */
  readonly pointFile: string;
  /** Of `LevelChange`s, in no order. */
  readonly changeFile: string;
  /** Paths that the point has and no level holds: at most `MAX_LOST`, and how many there are besides. */
  readonly lost: ReadonlySet<BytePath>;
  readonly lostBesides: number;
}

const MAX_LOST = 1000;

export interface MergeRequest {
  readonly before: MergedLevel | undefined;
  /** Removed with this. */
  readonly facts: LevelFacts;
  readonly at: number;
}

/** An entry of the point before, under its name of today. */
interface OldEntry extends HistoryEntry {
  readonly path: BytePath;
  readonly from: BytePath;
}

/** Puts a level upon the point before it. */
export async function mergeLevel(context: RunContext, request: MergeRequest): Promise<MergedLevel> {
  const { work } = context;
  let pointFile = '';
  let lost = { lost: new Set<BytePath>(), lostBesides: 0 };
  const changeFile = await LineSpool.write(work.file(`changes-${request.at}`), async (changes) => {
    pointFile = await LineSpool.write(work.file(`point-${request.at}`), async (point) => {
      lost = await new LevelMerge(context, request, point, changes).run();
    });
  });
  await rm(request.facts.file, { force: true });
  return { pointFile, changeFile, ...lost };
}

class LevelMerge {
  readonly #context: RunContext;
  readonly #request: MergeRequest;
  readonly #point: LineSpool;
  readonly #changes: LineSpool;
  readonly #presence: Presence;
  /** Directories to which something was renamed. */
  readonly #newNames: ReadonlySet<BytePath>;
  /** What the point before lacks already, under the names of today. */
  #lostBefore: Set<BytePath>;
  readonly #lost = new Set<BytePath>();
  #lostBesides = 0;

  constructor(context: RunContext, request: MergeRequest, point: LineSpool, changes: LineSpool) {
    this.#context = context;
    this.#request = request;
    this.#point = point;
    this.#changes = changes;
    this.#presence = new Presence(request.facts);
    this.#newNames = new Set(request.facts.renames.map(({ to }) => to));
    this.#lostBefore = new Set(request.before?.lost);
  }

  async run(): Promise<{ readonly lost: Set<BytePath>; readonly lostBesides: number }> {
    const old = (await this.#renamed())[Symbol.asyncIterator]();
    const facts = readFacts(this.#request.facts.file, this.#context);
    try {
      let left = await old.next();
      let right = await facts.next();
      while (!left.done || !right.done) {
        const isOld = !left.done && (right.done || left.value.path <= right.value.path);
        const isNew = !right.done && (left.done || right.value.path <= left.value.path);
        await this.#take(isOld && !left.done ? left.value : undefined, isNew && !right.done ? right.value : undefined);
        if (isOld) left = await old.next();
        if (isNew) right = await facts.next();
      }
    } finally {
      await old.return?.();
      await facts.return(undefined);
    }
    const { hasLists, replacesAll } = this.#request.facts;
    // Without lists what was lacking still is, unless the level holds or deletes it.
    if (!hasLists && !replacesAll) for (const path of this.#lostBefore) this.#lost.add(path);
    return { lost: this.#lost, lostBesides: this.#lostBesides };
  }

  async #take(old: OldEntry | undefined, fact: PathFact | undefined): Promise<void> {
    const path = old?.path ?? fact?.path ?? '.';
    const wasDirectory = old && old.entry.type === 'directory';
    const stays = this.#presence.visit(path, fact, wasDirectory);
    const held = fact?.held;
    if (held || fact?.isDeleted === true) this.#lostBefore.delete(path);
    if (old) {
      const isReplaced = held !== undefined && (held.type === 'directory') !== wasDirectory;
      if (!stays || isReplaced) await this.#changes.add(formatChange({ from: old.from, to: undefined, isDirectory: wasDirectory === true }));
      else if (old.from !== path) await this.#changes.add(formatChange({ from: old.from, to: path, isDirectory: wasDirectory === true }));
    }
    if (held) await this.#point.add(formatPointEntry({ entry: held, level: this.#request.at }));
    else if (old && stays) await this.#point.add(formatPointEntry(old));
    else if (fact?.isNamed === true && !old && (this.#lostBefore.has(path) || this.#isBelowNewName(path))) this.#noteLoss(path);
  }

  /** The point before under the names of today. What a rename took the place of is gone. */
  async #renamed(): Promise<AsyncIterable<OldEntry>> {
    const { before, facts } = this.#request;
    if (facts.renames.length === 0) return this.#asItWas();
    const { signal, work } = this.#context;
    const map = await planRenames(facts.renames, (paths) => this.#directoriesAmong(paths));
    this.#lostBefore = new Set([...this.#lostBefore].map((path) => map.pathNow(path) ?? path));
    const changes = this.#changes;
    async function* records() {
      for await (const line of before ? readSpool(before.pointFile, { signal }) : []) {
        const { entry } = parsePointEntry(line);
        const now = map.pathNow(entry.path);
        if (now === undefined) await changes.add(formatChange({ from: entry.path, to: undefined, isDirectory: entry.type === 'directory' }));
        else yield { key: now, line };
      }
    }
    const sorted = externalSort(records(), { workDir: await work.folder('history-sort'), signal });
    return (async function* entries() {
      for await (const batch of sorted) for (const { key, line } of batch) yield oldEntry(parsePointEntry(line), key, map);
    })();
  }

  async *#asItWas(): AsyncGenerator<OldEntry> {
    const { before } = this.#request;
    if (before === undefined) return;
    for await (const line of readSpool(before.pointFile, this.#context)) {
      const known = parsePointEntry(line);
      yield { ...known, path: known.entry.path, from: known.entry.path };
    }
  }

  async #directoriesAmong(paths: ReadonlySet<BytePath>): Promise<ReadonlySet<BytePath>> {
    const found = new Set<BytePath>();
    for await (const { path, entry } of this.#asItWas()) if (entry.type === 'directory' && paths.has(path)) found.add(path);
    return found;
  }

  #isBelowNewName(path: BytePath): boolean {
    if (this.#newNames.size === 0) return false;
    for (let at = path; at !== '.'; at = folderOf(at)) if (this.#newNames.has(at)) return true;
    return false;
  }

  #noteLoss(path: BytePath): void {
    if (this.#lost.size < MAX_LOST) this.#lost.add(path);
    else this.#lostBesides += 1;
  }
}

function oldEntry({ entry, level, stored }: HistoryEntry, path: BytePath, map: RenameMap): OldEntry {
  const now = withNames(entry, path, map);
  const isOther = now.path !== entry.path || now.target !== entry.target;
  return { entry: now, level, stored: stored ?? (isOther ? { path: entry.path, target: entry.target } : undefined), path, from: entry.path };
}

/** A hard link names another path of the level, which may have moved too. */
function withNames(entry: HeldEntry, path: BytePath, map: RenameMap): HeldEntry {
  if (entry.type !== 'link' || entry.target === undefined) return { ...entry, path };
  return { ...entry, path, target: map.pathNow(entry.target) ?? entry.target };
}
