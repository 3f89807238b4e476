import type { LevelId } from './backup-layout.ts';
import { levelFolder } from './backup-layout.ts';
import { formatLocal } from './time.ts';

/** How many periods keep their newest complete point. 0 and undefined: none. */
export interface KeepCounts {
  readonly keepLast?: number | undefined;
  readonly keepHourly?: number | undefined;
  readonly keepDaily?: number | undefined;
  readonly keepWeekly?: number | undefined;
  readonly keepMonthly?: number | undefined;
  readonly keepYearly?: number | undefined;
}

/** A kind of period of which the newest complete point is kept. */
export interface BucketKind {
  readonly name: 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';
  /** How many of them are wanted; 0 for none. */
  count(counts: KeepCounts): number;
}

export const BUCKETS: readonly BucketKind[] = [
  { name: 'last', count: (counts) => counts.keepLast ?? 0 },
  { name: 'hourly', count: (counts) => counts.keepHourly ?? 0 },
  { name: 'daily', count: (counts) => counts.keepDaily ?? 0 },
  { name: 'weekly', count: (counts) => counts.keepWeekly ?? 0 },
  { name: 'monthly', count: (counts) => counts.keepMonthly ?? 0 },
  { name: 'yearly', count: (counts) => counts.keepYearly ?? 0 },
];

/** The period in which a point lies, by the calendar of the zone: `2026-11-20`, `2026-W47`. */
export function bucketOf(kind: BucketKind, id: LevelId, zone: string | undefined): string {
  if (kind.name === 'last') return `${id.t0}/${levelFolder(id)}`;
  const local = formatLocal(id.t, zone);
  switch (kind.name) {
    case 'hourly':
      // With the offset: the hour that occurs twice is two hours.
      return `${local.slice(0, 13)}${local.slice(19)}`;
    case 'daily':
      return local.slice(0, 10);
    case 'weekly':
      return isoWeek(local.slice(0, 10));
    case 'monthly':
      return local.slice(0, 7);
    case 'yearly':
      return local.slice(0, 4);
  }
}

/** ISO 8601: weeks begin on Monday and belong to the year that has their Thursday. */
function isoWeek(date: string): string {
  const thursday = new Date(`${date}T00:00:00Z`);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - newYear) / (7 * 86_400_000)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}
