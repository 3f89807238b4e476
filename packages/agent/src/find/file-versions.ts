import type { BytePath, HeldEntry, LevelId } from '@freezer/core';
import { parseIndexLine } from '@freezer/format';
import { facetsThatDiffer } from '../entry-listing.ts';
import { type ChainFacts, readRecord } from './chain-search.ts';

/** A path as it looked in some points that follow each other. */
export interface FileVersion {
  readonly entry: HeldEntry;
  /** Oldest first. */
  readonly points: readonly LevelId[];
  /** `<T0>/<level>_<T>` of the levels whose archives hold it, oldest first. */
  readonly levels: readonly string[];
}

interface Statement {
  /** Undefined: deleted. */
  readonly entry: HeldEntry | undefined;
  readonly heldBy: string;
}

/** The versions of one path over time, from what all chains of a set say of it (`ChainSearch.records`). Two that look the same are one. */
export function versionsOf(chains: readonly ChainFacts[], lines: readonly string[]): readonly FileVersion[] {
  const said = new Map<string, Statement>();
  for (const line of lines) {
    const { of, heldBy, index } = readRecord(line);
    const entry = parseIndexLine(index, 0);
    if (entry && entry.kind !== 'skipped') said.set(of, { entry: entry.kind === 'held' ? entry : undefined, heldBy });
  }
  const versions: { entry: HeldEntry; points: LevelId[]; levels: string[] }[] = [];
  let isGone = true;
  for (const { chain, id, levels } of chains.flatMap((chain) => chain.points.map((point) => ({ chain, ...point }))).toSorted((a, b) => a.id.t - b.id.t)) {
    const found = statementAt(chain, levels, said);
    if (found?.entry === undefined) {
      isGone = true;
      continue;
    }
    const last = isGone ? undefined : versions.at(-1);
    isGone = false;
    if (last === undefined || facetsThatDiffer(last.entry, found.entry).length > 0) versions.push({ entry: found.entry, points: [id], levels: [found.heldBy] });
    else {
      last.points.push(id);
      if (!last.levels.includes(found.heldBy)) last.levels.push(found.heldBy);
    }
  }
  return versions;
}

/** `levels` from the top down. */
function statementAt({ isMerged, replacing }: ChainFacts, levels: readonly string[], said: ReadonlyMap<string, Statement>): Statement | undefined {
  for (const level of levels) {
    const statement = said.get(level);
    if (statement || isMerged || replacing.has(level)) return statement;
  }
  return undefined;
}

/** A path that was found. */
export interface FoundPath {
  readonly set: string;
  readonly engine: string;
  readonly path: BytePath;
  readonly versions: readonly FileVersion[];
}
