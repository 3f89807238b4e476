import { byAge, descentsOf, FreezerError, type LevelId, levelFolder, type Point, pointsOf, setName } from '@freezer/core';
import { formatIndexLine, judgeTrust, type OpenedLevel, type SortRecord, type TrustPolicy } from '@freezer/format';
import type { ChainView, LevelView } from '../chain-view.ts';
import { readLevelIndex } from '../point-entries.ts';
import { type OpenedSet, openPointLevels } from '../restore/choose-point.ts';
import { openHistory } from '../restore/open-history.ts';
import type { RunContext } from '../run-context.ts';

/** What a chain is asked with, besides what it says of a path. */
export interface ChainFacts {
  readonly t0: number;
  /** Each point of it, oldest first, with the names of its levels from the top down. */
  readonly points: readonly { readonly id: LevelId; readonly levels: readonly string[] }[];
  /** Levels below which nothing counts. */
  readonly replacing: ReadonlySet<string>;
  /** The lines are of points, and not of levels: the archives were read. */
  readonly isMerged: boolean;
}

export interface SearchRequest {
  readonly trust: TrustPolicy;
  readonly accepts: (path: string) => boolean;
}

/** The name of a level in the lines of a search. */
const levelName = (id: LevelId): string => `${id.t0}/${levelFolder(id)}`;

/**
 * The wanted paths of a chain, as records `<level or point> <level that holds it> <line of an index>` by path. Each index is read once, one
 * after the other; archives without one are read as for a restore.
 */
export class ChainSearch {
  readonly #context: RunContext;
  readonly #opened: OpenedSet;
  readonly #request: SearchRequest;
  readonly #replacing = new Set<string>();

  constructor(context: RunContext, opened: OpenedSet, request: SearchRequest) {
    this.#context = context;
    this.#opened = opened;
    this.#request = request;
  }

  /** To be called when the records were read. */
  factsOf(view: ChainView): ChainFacts {
    const points = pointsOf([view]).map(({ id, levels }) => ({ id, levels: levels.map((level) => levelName(level.id)).toReversed() }));
    return { t0: view.t0, points, replacing: this.#replacing, isMerged: !isIndexed(view) };
  }

  async *records(view: ChainView): AsyncGenerator<SortRecord> {
    if (!isIndexed(view)) {
      for (const [at, top] of topsOf(view).entries()) yield* this.#fromHistory(top, `${view.t0}-${at}`);
      return;
    }
    const needed = new Set(pointsOf([view]).flatMap(({ levels }) => levels));
    for (const level of view.levels.filter((one) => needed.has(one)).toSorted(byAge)) yield* this.#fromIndex(view, level);
  }

  async *#fromIndex(view: ChainView, { level }: LevelView): AsyncGenerator<SortRecord> {
    const { reader, set } = this.#opened;
    const { signal } = this.#context;
    const opened = await reader.open(level, { signal });
    this.#judge(view, [opened]);
    await reader.check(opened, { signal });
    const index = readLevelIndex(reader, set, opened, { signal });
    const name = levelName(level.id);
    if ((await index.header()).replacesAll) this.#replacing.add(name);
    for await (const entry of index.entries)
      if (entry.kind !== 'skipped' && this.#request.accepts(entry.path)) yield { key: entry.path, line: `${name} ${name} ${formatIndexLine(entry)}` };
  }

  #judge(view: ChainView, levels: readonly OpenedLevel[]): void {
    const isAuthenticated = view.levels.some(({ manifest }) => manifest?.vouching === 'hmac-sha256');
    const set = setName(this.#opened.set);
    for (const warning of judgeTrust(set, levels, isAuthenticated, this.#request.trust)) this.#context.logger.warn({ set }, warning);
  }

  async *#fromHistory(top: Point, name: string): AsyncGenerator<SortRecord> {
    const context: RunContext = { ...this.#context, work: await this.#context.work.within(`search-${name}`) };
    const chosen = await openPointLevels(context, this.#opened, top, this.#request.trust);
    const history = await openHistory(context, this.#opened.set, chosen);
    const names = chosen.levels.map(({ level }) => levelName(level.id));
    for (const [at, point] of names.entries()) {
      for await (const { entry, level } of history.point(at))
        if (this.#request.accepts(entry.path)) yield { key: entry.path, line: `${point} ${names[level] ?? point} ${formatIndexLine(entry)}` };
    }
  }
}

const isIndexed = ({ levels }: ChainView): boolean => levels.every(({ manifest }) => manifest !== undefined);

/** The points that no other stands upon: with them all the others are read. */
function topsOf(view: ChainView): readonly Point[] {
  const below = new Set([...descentsOf(view).values()].flatMap((descent) => (descent.ok ? descent.levels.slice(0, -1) : [])));
  return pointsOf([view]).filter(({ levels }) => {
    const top = levels.at(-1);
    return top !== undefined && !below.has(top);
  });
}

/** Takes a line apart. */
export function readRecord(line: string): { readonly of: string; readonly heldBy: string; readonly index: string } {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  if (second < 0) throw new FreezerError('corrupt', 'find: a line of a work file cannot be read');
  return { of: line.slice(0, first), heldBy: line.slice(first + 1, second), index: line.slice(second + 1) };
}
