import type { LevelId } from './backup-layout.ts';
import { levelFolder } from './backup-layout.ts';
import { FreezerError } from './errors.ts';
import { formatUtc } from './time.ts';

/** A committed level as the storage has it: its `metadata` (or, once superseded, the copy of it) is there. */
export interface LevelEntry {
  readonly id: LevelId;
  /** A newer entry of the same level has taken its place below `metadata/`; it is restored and removed like any other. */
  readonly superseded: boolean;
  /** The level that it was built upon, as its manifest names it; undefined where there is no manifest. */
  readonly base?: { readonly level: number; readonly t: number } | undefined;
  /** False when its manifest says that something was left out. Undefined (no manifest) counts as complete. */
  readonly complete?: boolean | undefined;
}

/** A full with its increments: everything below one `<T0>`. `levels` in any order. */
export interface Chain {
  readonly t0: number;
  readonly levels: readonly LevelEntry[];
}

/** A state that can be restored. */
export interface Point {
  /** The level with which it ends. */
  readonly id: LevelId;
  readonly superseded: boolean;
  /** Whether its last level left nothing out. */
  readonly complete: boolean;
  /** What a restore needs: level 0 first, the level of `id` last. */
  readonly levels: readonly LevelEntry[];
}

/** What lies below a level, or the first thing that is missing. */
export type Descent = { readonly ok: true; readonly levels: readonly LevelEntry[] } | { readonly ok: false; readonly missing: number; readonly reason: string };

/** Oldest first; of two made in the same second the lower level first. */
export const byAge = (a: { readonly id: LevelId }, b: { readonly id: LevelId }): number => a.id.t - b.id.t || a.id.level - b.id.level || a.id.t0 - b.id.t0;

/** The newest entry of a level of a chain, at or before `at`. */
export function newestOfLevel(chain: Chain, level: number, at = Number.POSITIVE_INFINITY): LevelEntry | undefined {
  return chain.levels.reduce<LevelEntry | undefined>(
    (best, entry) => (entry.id.level === level && entry.id.t <= at && (best === undefined || entry.id.t > best.id.t) ? entry : best),
    undefined,
  );
}

type Below = { readonly entry: LevelEntry } | { readonly missing: number; readonly reason: string };

/** What a level above 0 stands on. `candidates` are the entries of its chain on the level below. */
function baseOf(entry: LevelEntry, candidates: readonly LevelEntry[]): Below {
  const { base, id } = entry;
  const missing = id.level - 1;
  if (base === undefined) {
    // Two runs of Python in one second give two levels with the same T: 'not newer' instead of 'older'.
    const notNewer = candidates.filter((candidate) => candidate.id.t <= id.t).toSorted(byAge);
    // A chain has one full, so a level stands on it even where the clock was set back between the two (Python goes on with such a chain).
    const below = notNewer.at(-1) ?? (missing === 0 && candidates.length === 1 ? candidates[0] : undefined);
    return below ? { entry: below } : { missing, reason: `no entry of level ${missing} is as old as ${levelFolder(id)}` };
  }
  if (base.level !== missing)
    return { missing, reason: `the manifest of ${levelFolder(id)} names ${levelFolder(base)} as its base, which is not of level ${missing}` };
  const below = candidates.find((candidate) => candidate.id.t === base.t);
  return below ? { entry: below } : { missing, reason: `${levelFolder(base)}, the base of ${levelFolder(id)}, is missing` };
}

/** For each level of a chain the levels from 0 up to it: the base that a manifest names, else the newest entry of the level below that is not newer. */
export function descentsOf(chain: Chain): ReadonlyMap<LevelEntry, Descent> {
  const byLevel = new Map<number, LevelEntry[]>();
  for (const entry of chain.levels) {
    const same = byLevel.get(entry.id.level);
    if (same) same.push(entry);
    else byLevel.set(entry.id.level, [entry]);
  }
  const descents = new Map<LevelEntry, Descent>();
  for (const entry of chain.levels.toSorted((a, b) => a.id.level - b.id.level)) {
    descents.set(entry, descentOf(entry, byLevel.get(entry.id.level - 1) ?? [], descents));
  }
  return descents;
}

/** The same for one level, which is found in the chain by its id. */
export function descend(chain: Chain, top: Pick<LevelEntry, 'id'>): Descent {
  const entry = chain.levels.find(({ id }) => id.level === top.id.level && id.t === top.id.t);
  const descent = entry && descentsOf(chain).get(entry);
  return descent ?? { ok: false, missing: top.id.level, reason: `${levelFolder(top.id)} is not in the chain` };
}

function descentOf(entry: LevelEntry, candidates: readonly LevelEntry[], known: ReadonlyMap<LevelEntry, Descent>): Descent {
  if (entry.id.level === 0) return { ok: true, levels: [entry] };
  const below = baseOf(entry, candidates);
  if (!('entry' in below)) return { ok: false, ...below };
  const descent = known.get(below.entry);
  if (descent === undefined) throw new TypeError('descentOf: the levels below have to come first');
  return descent.ok ? { ok: true, levels: [...descent.levels, entry] } : descent;
}

/** The newest chain that has something at or before `at` (inclusive); undefined when there is none. */
export function pickChain(chains: readonly Chain[], at = Number.POSITIVE_INFINITY): Chain | undefined {
  return chains
    .filter((chain) => chain.t0 <= at && chain.levels.some(({ id }) => id.t <= at))
    .reduce<Chain | undefined>((best, chain) => (best === undefined || chain.t0 > best.t0 ? chain : best), undefined);
}

const pointOf = (entry: LevelEntry, levels: readonly LevelEntry[]): Point => ({
  id: entry.id,
  superseded: entry.superseded,
  complete: entry.complete !== false,
  levels,
});

/**
 * The point to restore: in the newest chain at or before `at` (epoch seconds, inclusive) the newest entry of the highest level at or before it.
 * Fails with `not_found` when nothing is that old, and with `corrupt` when a level that it needs is missing.
 */
export function resolvePoint(chains: readonly Chain[], options: { readonly set: string; readonly at?: number | undefined }): Point {
  const { set, at } = options;
  const chain = pickChain(chains, at);
  if (chain === undefined) throw nothingThere(chains, set, at);
  const candidates = chain.levels.filter(({ id }) => id.t <= (at ?? Number.POSITIVE_INFINITY));
  const top = candidates.reduce((best, entry) => ((entry.id.level - best.id.level || entry.id.t - best.id.t) > 0 ? entry : best));
  const descent = descend(chain, top);
  if (descent.ok) return pointOf(top, descent.levels);
  throw new FreezerError(
    'corrupt',
    `restore point ${levelFolder(top.id)} of ${set}, chain ${chain.t0}: level ${descent.missing} is missing: ${descent.reason}`,
    {
      details: { set, t0: chain.t0, level: descent.missing },
    },
  );
}

function nothingThere(chains: readonly Chain[], set: string, at: number | undefined): FreezerError {
  const oldest = chains.flatMap((chain) => chain.levels).toSorted(byAge)[0];
  if (oldest === undefined || at === undefined) return new FreezerError('not_found', `set ${set}: holds no restore point`);
  return new FreezerError('not_found', `set ${set}: no restore point at or before ${formatUtc(at)}; the oldest is of ${formatUtc(oldest.id.t)}`);
}

/** Every point that can be restored, oldest first: each committed level whose bases are all there. */
export function pointsOf(chains: readonly Chain[]): Point[] {
  const descents = chains.flatMap((chain) => [...descentsOf(chain)]);
  return descents.flatMap(([entry, descent]) => (descent.ok ? [pointOf(entry, descent.levels)] : [])).toSorted(byAge);
}

/** The levels that cannot be restored because one below them is missing, oldest first. */
export function strandedLevels(chains: readonly Chain[]): LevelEntry[] {
  const descents = chains.flatMap((chain) => [...descentsOf(chain)]);
  return descents.flatMap(([entry, descent]) => (descent.ok ? [] : [entry])).toSorted(byAge);
}
