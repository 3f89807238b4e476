import { zoneOffset } from '@freezer/core';
import type { Instant } from './trigger.ts';

/** What a clock on the wall shows, as the milliseconds that UTC would have at that reading. */
export type WallTime = number;

/** A time in which the clock of a zone is not put forward or back. */
interface Segment {
  readonly from: Instant;
  readonly until: Instant;
  /** How far the clock is ahead of UTC, in milliseconds. */
  readonly offset: number;
}

/** What instant a reading of the clock stands for. */
export interface WallReading {
  /** The first one, where it occurs twice; the first after the gap, where the clock skips it. */
  readonly at: Instant;
  readonly kind: 'plain' | 'repeated' | 'skipped';
  /** Of a repeated one: the reading at which repeated ones end. */
  readonly until?: WallTime;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** No clock is put forward and back within so little. */
const SAMPLE = 14 * DAY;
/** More than any clock is away from UTC. */
const FARTHEST = 26 * HOUR;

const known = new Map<string, Map<number, readonly Segment[]>>();

const offsetOf = (at: Instant, zone: string): number => zoneOffset(Math.floor(at / 1000), zone) * 1000;

/** The instant up to which `before` holds, where it does at `low` and not at `high`. */
function turnBetween(low: Instant, high: Instant, before: number, zone: string): Instant {
  let [first, last] = [low, high];
  while (last - first > 1000) {
    const middle = Math.floor((first + last) / 2000) * 1000;
    if (offsetOf(middle, zone) === before) first = middle;
    else last = middle;
  }
  return last;
}

function segmentsOfYear(year: number, zone: string): readonly Segment[] {
  const end = Date.UTC(year + 1, 0, 1);
  const segments: Segment[] = [];
  let from = Date.UTC(year, 0, 1);
  let offset = offsetOf(from, zone);
  for (let at = from; at < end; ) {
    const next = Math.min(at + SAMPLE, end);
    const later = offsetOf(next, zone);
    if (later !== offset) {
      const turn = turnBetween(at, next, offset, zone);
      segments.push({ from, until: turn, offset });
      [from, offset] = [turn, later];
    }
    at = next;
  }
  if (from < end) segments.push({ from, until: end, offset });
  return segments;
}

/** Years in which UTC and a zone are looked up; others are no dates of schedules. */
const yearOf = (at: Instant): number => new Date(at).getUTCFullYear();

/** The segment that holds an instant. Ends with the year, at the latest. Fails with `invalid` for a zone that is not known. */
export function segmentAt(at: Instant, zone: string): Segment {
  let years = known.get(zone);
  if (!years) {
    years = new Map();
    known.set(zone, years);
  }
  const year = yearOf(at);
  let segments = years.get(year);
  if (!segments) {
    segments = segmentsOfYear(year, zone);
    years.set(year, segments);
  }
  const found = segments.find(({ until }) => at < until);
  if (!found) throw new TypeError(`no segment of ${zone} holds ${at}`);
  return found;
}

/** What the clock of a zone shows at an instant. */
export const wallAt = (at: Instant, zone: string): WallTime => at + segmentAt(at, zone).offset;

/** The instant at which the clock of a zone shows `wall`. */
export function instantOf(wall: WallTime, zone: string): WallReading {
  let before: Segment | undefined;
  for (let segment = segmentAt(wall - FARTHEST, zone); segment.from <= wall + FARTHEST; segment = segmentAt(segment.until, zone)) {
    const at = wall - segment.offset;
    // The clock passed over it between the segment before and this one.
    if (before && at < segment.from) return { at: segment.from, kind: 'skipped' };
    if (at < segment.until) {
      const later = segmentAt(segment.until, zone);
      return wall >= later.from + later.offset ? { at, kind: 'repeated', until: segment.until + segment.offset } : { at, kind: 'plain' };
    }
    before = segment;
  }
  throw new TypeError(`no instant of ${zone} shows ${wall}`);
}
