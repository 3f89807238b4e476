import { SCHEDULE_KEYS, STATE_KEYS } from '@freezer/models';

export const USER_KEYS: readonly string[] = Object.keys(SCHEDULE_KEYS);
export const TOLD_KEYS: readonly string[] = Object.keys(STATE_KEYS);

/** Dashes for underscores, and what the seeds call things: new names, by the old ones. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['job_action', 'job_actions'],
  ['max_retry_interval', 'max_retries_interval'],
  ['max_retry', 'max_retries'],
]);

/** A key as we call it. */
export function keyOf(name: string): string {
  const underscored = name.replaceAll('-', '_');
  return OLD_NAMES.get(underscored) ?? underscored;
}
