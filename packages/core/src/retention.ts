import { type LevelId, levelFolder } from './backup-layout.ts';
import { byAge, type LevelEntry, type Point } from './chain.ts';
import { FreezerError } from './errors.ts';
import { BUCKETS, type BucketKind, bucketOf, type KeepCounts } from './retention-bucket.ts';
import { formatUtc } from './time.ts';

const DAY_SECONDS = 86_400;

/**
 * What to keep. Undefined: not set, as 0 is for the `keep` rules; an age of 0 days means everything up to now. A point goes when no rule keeps it: the age limit keeps what is newer than it,
 * each `keep` rule the newest complete point of each of its periods.
 */
export interface RetentionPolicy extends KeepCounts {
  readonly removeOlderThanDays?: number | undefined;
  /** Epoch seconds; points at or before it go. Wins over `removeOlderThanDays`. */
  readonly removeFromDate?: number | undefined;
  /** Whose calendar days, weeks and months are meant (IANA name; default: that of the process). */
  readonly zone?: string | undefined;
  /** Gives up the protection of the last point. */
  readonly force?: boolean | undefined;
}

/** A level and what becomes of it. */
export interface PointDecision {
  readonly entry: Pick<LevelEntry, 'id' | 'superseded'>;
  /** Undefined for a stranded level, which cannot be restored. */
  readonly point?: Point;
  /** For people: 'kept: daily 2026-11-20', 'kept: needed by 2_1795243884', 'goes: not newer than 2026-10-22T09:00:00Z'. Never empty. */
  readonly reasons: readonly string[];
}

export interface RetentionPlan {
  /** Oldest first. */
  readonly keep: readonly PointDecision[];
  /** In the order in which to remove them: whatever stands on a level comes before it, so that a stop half-way strands nothing. */
  readonly remove: readonly PointDecision[];
}

/** What the decision depends on besides the policy. */
export interface RetentionFacts {
  /** Epoch seconds. */
  readonly now: number;
  readonly stranded?: readonly LevelEntry[];
  /** Why a level must never go ('pinned: before the upgrade'); undefined for one that nobody pinned. */
  readonly pinned?: (id: LevelId) => string | undefined;
}

/**
 * Decides which levels of one set go; removes nothing. A level that a kept point needs stays, and so do (unless `force`) the last complete point and the newest one.
 * What is pinned stays with all that it needs, also with `force`; of a pinned level that cannot be restored whatever is left below it.
 * A point that is not complete fills no period: it stays while it is newer than the age limit or, without such a limit, than every complete point.
 * Fails with `invalid` when the policy has no rule, or a number that cannot be one.
 */
export function planRetention(points: readonly Point[], policy: RetentionPolicy, facts: RetentionFacts): RetentionPlan {
  checkPolicy(policy);
  const ordered = points.toSorted(byAge);
  const stranded = (facts.stranded ?? []).toSorted(byAge);
  const limit = ageLimit(policy, facts.now);
  const reasons = new Map<string, string[]>();
  const keep: Keep = (entry, reason) => reasons.get(keyOf(entry))?.push(reason) ?? reasons.set(keyOf(entry), [reason]);

  keepPinned(ordered, stranded, facts, keep);
  keepByAge(ordered, limit, keep);
  keepByPeriod(ordered, policy, keep);
  if (!policy.force) keepTheLast(ordered, reasons, keep);
  keepNeeded(ordered, reasons);

  const kept = ordered.filter((point) => reasons.has(keyOf(point)));
  const why = goingReason(policy, limit);
  const isReached = (entry: LevelEntry): boolean => limit !== undefined && entry.id.t <= limit && !reasons.has(keyOf(entry));
  const whyKept = (entry: LevelEntry | Point): readonly string[] => (reasons.get(keyOf(entry)) ?? []).map((reason) => `kept: ${reason}`);
  const notReached = 'kept: cannot be restored, but no age limit reaches it';
  return {
    keep: [
      ...kept.map((point) => ({ entry: point, point, reasons: whyKept(point) })),
      ...stranded.filter((entry) => !isReached(entry)).map((entry) => ({ entry, reasons: reasons.has(keyOf(entry)) ? whyKept(entry) : [notReached] })),
    ],
    remove: [
      ...stranded.filter(isReached).map((entry) => ({ entry, reasons: [`goes: cannot be restored, and ${why}`] })),
      ...ordered
        .filter((point) => !reasons.has(keyOf(point)))
        .map((point) => ({ entry: point, point, reasons: [`goes: ${point.complete ? '' : 'incomplete, and '}${why}`] })),
    ].toSorted((a, b) => a.entry.id.t0 - b.entry.id.t0 || b.entry.id.level - a.entry.id.level || b.entry.id.t - a.entry.id.t),
  };
}

type Keep = (entry: Pick<LevelEntry, 'id'>, reason: string) => unknown;

const keyOf = ({ id }: Pick<LevelEntry, 'id'>): string => `${id.t0}/${levelFolder(id)}`;

function ageLimit(policy: RetentionPolicy, now: number): number | undefined {
  if (policy.removeFromDate !== undefined) return policy.removeFromDate;
  return policy.removeOlderThanDays === undefined ? undefined : now - policy.removeOlderThanDays * DAY_SECONDS;
}

function goingReason(policy: RetentionPolicy, limit: number | undefined): string {
  const age = policy.removeFromDate === undefined ? `older than ${policy.removeOlderThanDays} days` : `not newer than ${formatUtc(policy.removeFromDate)}`;
  const rules = BUCKETS.some(({ count }) => count(policy) > 0) ? 'kept by no rule' : undefined;
  return [limit === undefined ? undefined : age, rules].filter((part) => part !== undefined).join(', ');
}

function keepPinned(points: readonly Point[], stranded: readonly LevelEntry[], { pinned }: RetentionFacts, keep: Keep): void {
  for (const entry of [...points, ...stranded]) {
    const reason = pinned?.(entry.id);
    if (reason !== undefined) keep(entry, reason);
  }
  // Which levels it stands on cannot be told, and what is missing may come back.
  for (const { id } of stranded.filter((entry) => pinned?.(entry.id) !== undefined)) {
    const below = [...points, ...stranded].filter((entry) => entry.id.t0 === id.t0 && entry.id.level < id.level);
    for (const entry of below) keep(entry, `${levelFolder(id)} above it is pinned`);
  }
}

function keepByAge(points: readonly Point[], limit: number | undefined, keep: Keep): void {
  if (limit !== undefined) {
    for (const point of points) if (point.id.t > limit) keep(point, `newer than ${formatUtc(limit)}`);
    return;
  }
  const lastComplete = points.findLastIndex((point) => point.complete);
  for (const point of points.slice(lastComplete + 1)) keep(point, 'incomplete, but newer than every complete point');
}

function keepByPeriod(points: readonly Point[], policy: RetentionPolicy, keep: Keep): void {
  const newestFirst = points.filter((point) => point.complete).toReversed();
  for (const kind of BUCKETS) keepBuckets(newestFirst, kind, policy, keep);
}

function keepBuckets(newestFirst: readonly Point[], kind: BucketKind, policy: RetentionPolicy, keep: Keep): void {
  const count = kind.count(policy);
  const filled = new Set<string>();
  for (const point of newestFirst) {
    if (filled.size >= count) return;
    const bucket = bucketOf(kind, point.id, policy.zone);
    if (filled.has(bucket)) continue;
    filled.add(bucket);
    keep(point, kind.name === 'last' ? `last ${filled.size} of ${count}` : `${kind.name} ${bucket}`);
  }
}

function keepTheLast(points: readonly Point[], reasons: ReadonlyMap<string, unknown>, keep: Keep): void {
  const lastComplete = points.findLast((point) => point.complete);
  const newest = points.at(-1);
  if (lastComplete && !reasons.has(keyOf(lastComplete))) keep(lastComplete, 'the last complete point; only --force removes it');
  if (newest && !reasons.has(keyOf(newest))) keep(newest, 'the newest point; only --force removes it');
}

/** Adds to each level below a kept point that a newer one needs it. */
function keepNeeded(points: readonly Point[], reasons: Map<string, string[]>): void {
  const needed = new Map<string, { by: Point; others: number }>();
  for (const point of points.filter((candidate) => reasons.has(keyOf(candidate)))) {
    for (const level of point.levels.slice(0, -1)) {
      const before = needed.get(keyOf(level));
      needed.set(keyOf(level), before ? { by: before.by, others: before.others + 1 } : { by: point, others: 0 });
    }
  }
  for (const [key, { by, others }] of needed) {
    const reason = `needed by ${levelFolder(by.id)}${others > 0 ? ` and ${others} more` : ''}`;
    reasons.set(key, [...(reasons.get(key) ?? []), reason]);
  }
}

function checkPolicy(policy: RetentionPolicy): void {
  for (const kind of BUCKETS) {
    const count = kind.count(policy);
    if (!(Number.isSafeInteger(count) && count >= 0))
      throw new FreezerError('invalid', `keep-${kind.name}: ${count} is no number of points; allowed: a whole number, 0 for none`);
  }
  const { removeOlderThanDays: days, removeFromDate: date } = policy;
  if (days !== undefined && !(Number.isFinite(days) && days >= 0))
    throw new FreezerError('invalid', `remove_older_than: ${days} is no number of days; allowed: 0 or more, fractions too`);
  if (date !== undefined && !Number.isFinite(date)) throw new FreezerError('invalid', `remove_from_date: ${date} is no time`);
  if (days === undefined && date === undefined && BUCKETS.every((kind) => kind.count(policy) === 0)) {
    throw new FreezerError(
      'invalid',
      'retention: no rule was given; allowed: remove_older_than, remove_from_date, keep-last, -hourly, -daily, -weekly, -monthly, -yearly',
    );
  }
}
