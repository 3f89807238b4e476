import { levelFolder } from './backup-layout.ts';
import type { Chain, LevelEntry } from './chain.ts';
import { descend, newestOfLevel } from './chain.ts';
import { FreezerError } from './errors.ts';
import { formatUtc } from './time.ts';

const DAY_SECONDS = 86_400;
/** From this level on an unlimited `incremental` is warned about: each restore reads that many archives. */
const DEEP_LEVEL = 30;
/** How far a clock may be behind the newest level before a run is refused. */
const CLOCK_TOLERANCE_SECONDS = 300;

export interface LevelRequest {
  /** The chains of the set; only the newest is looked at. */
  readonly chains: readonly Chain[];
  /** Epoch seconds. */
  readonly now: number;
  /** 0 and undefined: not set, as everywhere in Freezer. */
  readonly maxLevel?: number | undefined;
  readonly alwaysLevel?: number | undefined;
  readonly restartAlwaysLevelDays?: number | undefined;
  readonly incremental?: boolean | undefined;
  readonly noIncremental?: boolean | undefined;
  /** Asked for the base that was chosen: true, or why it cannot be built upon (then a full is made). */
  readonly baseUsable?: ((base: LevelEntry) => true | string) | undefined;
}

/** `reason` is a clause for the log: 'no earlier backup', 'max_level 2 is reached'. */
export type LevelDecision =
  | { readonly kind: 'full'; readonly reason: string; readonly warnings: readonly string[] }
  | { readonly kind: 'increment'; readonly level: number; readonly base: LevelEntry; readonly reason: string; readonly warnings: readonly string[] };

/** Decides what the next run of a set makes. Fails with `invalid` when a limit is no number that it can be. */
export function decideLevel(request: LevelRequest): LevelDecision {
  checkLimits(request);
  const warnings: string[] = [];
  if (request.alwaysLevel && request.maxLevel) warnings.push(`always_level ${request.alwaysLevel} wins over max_level ${request.maxLevel}, which is ignored`);
  const step = nextStep(request);
  if (typeof step === 'string') return { kind: 'full', reason: step, warnings };
  const { chain, level } = step;
  const base = newestOfLevel(chain, level - 1);
  if (base === undefined) return { kind: 'full', reason: `level ${level - 1} of the newest chain is missing`, warnings };
  const descent = descend(chain, base);
  if (!descent.ok) return { kind: 'full', reason: `level ${descent.missing} of the newest chain is missing`, warnings };
  const usable = request.baseUsable?.(base) ?? true;
  if (usable !== true) return { kind: 'full', reason: usable, warnings };
  if (level >= DEEP_LEVEL && !request.alwaysLevel && !request.maxLevel) {
    warnings.push(`level ${level}: a restore has to read ${level + 1} archives; max_level or always_level sets a limit`);
  }
  return { kind: 'increment', level, base, reason: `based on ${levelFolder(base.id)}`, warnings };
}

/** The chain and the level to add to it, or why there has to be a full. */
function nextStep(request: LevelRequest): { readonly chain: Chain; readonly level: number } | string {
  const { maxLevel, alwaysLevel, restartAlwaysLevelDays, now } = request;
  if (request.noIncremental) return 'no_incremental forbids increments';
  if (!maxLevel && !alwaysLevel && !request.incremental) return 'none of max_level, always_level and incremental asks for increments';
  const [chain] = request.chains.toSorted((a, b) => b.t0 - a.t0);
  if (chain === undefined) return 'no earlier backup';
  if (!chain.levels.some(({ id }) => id.level === 0)) return 'the newest chain has no level 0';
  const present = new Set(chain.levels.map(({ id }) => id.level));
  const highest = chain.levels.reduce((best, { id }) => Math.max(best, id.level), 0);
  let sound = 0;
  while (present.has(sound + 1)) sound += 1;
  if (sound < highest) return `level ${sound + 1} of the newest chain is missing`;
  if (restartAlwaysLevelDays && now >= chain.t0 + restartAlwaysLevelDays * DAY_SECONDS)
    return `the full of ${formatUtc(chain.t0)} is older than restart_always_level ${restartAlwaysLevelDays}`;
  if (alwaysLevel) {
    if (highest > alwaysLevel) return `the newest chain has level ${highest}, above always_level ${alwaysLevel}`;
    return { chain, level: Math.min(highest + 1, alwaysLevel) };
  }
  if (maxLevel && highest >= maxLevel) return `max_level ${maxLevel} is reached`;
  return { chain, level: highest + 1 };
}

function checkLimits(request: LevelRequest): void {
  for (const [key, value] of [
    ['max_level', request.maxLevel],
    ['always_level', request.alwaysLevel],
  ] as const) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
      throw new FreezerError('invalid', `${key}: ${value} is no level; allowed: a whole number, 0 for none`);
  }
  const days = request.restartAlwaysLevelDays;
  if (days !== undefined && !(Number.isFinite(days) && days >= 0))
    throw new FreezerError('invalid', `restart_always_level: ${days} is no number of days; allowed: 0 (off) or more, fractions too`);
}

/**
 * The T of the next level: now, or one second after the newest T of the set (epoch seconds).
 * Fails with `conflict` when the clock is more than 5 minutes behind the newest T, unless `force`.
 */
export function nextTime(now: number, lastT: number | undefined, options: { readonly force?: boolean } = {}): number {
  const at = Math.floor(now);
  if (lastT === undefined) return at;
  if (lastT - at > CLOCK_TOLERANCE_SECONDS && !options.force) {
    throw new FreezerError(
      'conflict',
      `clock: now is ${formatUtc(at)}, but the newest level of the set is of ${formatUtc(lastT)}; at most 5 minutes behind is allowed without --force`,
      {
        details: { now: at, lastT },
      },
    );
  }
  return Math.max(at, lastT + 1);
}
