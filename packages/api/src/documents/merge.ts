import { SCHEDULE_KEYS } from '@freezer/models';
import type { Item } from './item.ts';

export const isObject = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy without some keys. */
export function without(document: Item, ...keys: readonly string[]): Item {
  return Object.fromEntries(Object.entries(document).filter(([key]) => !keys.includes(key)));
}

/** One level deep: what the change names counts. */
export const merged = (document: unknown, change: unknown): Item => ({ ...(isObject(document) && document), ...(isObject(change) && change) });

const isScheduleKey = (key: string): boolean => Object.hasOwn(SCHEDULE_KEYS, key);

/**
 * A schedule after a change of it. The keys of state (times, status, event, result, ...) are changed one by one. Those that say when the job runs are
 * a group: naming one of them replaces all, so that an interval can be taken away by leaving it out.
 */
export function mergedSchedule(schedule: unknown, change: Item): Item {
  const before = isObject(schedule) ? schedule : {};
  if (!Object.keys(change).some(isScheduleKey)) return merged(before, change);
  return merged(Object.fromEntries(Object.entries(before).filter(([key]) => !isScheduleKey(key))), change);
}

/** Whether two JSON values are the same; in objects a missing key equals null. */
export function isSameDocument(one: unknown, two: unknown): boolean {
  if (one === two || ((one ?? null) === null && (two ?? null) === null)) return true;
  if (Array.isArray(one) && Array.isArray(two)) return one.length === two.length && one.every((each, index) => isSameDocument(each, two[index]));
  if (!isObject(one) || !isObject(two)) return false;
  return [...new Set([...Object.keys(one), ...Object.keys(two)])].every((key) => isSameDocument(one[key], two[key]));
}
