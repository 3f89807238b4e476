import type { SchedulerSettings } from './scheduler-table.ts';

/** The zone of the host: an empty `TZ` is UTC, as for the C library, and so is one that Node does not know; it calls them by no name that it takes. */
export const hostZone = (named: string | undefined): string => (named === undefined || named === 'Etc/Unknown' ? 'UTC' : named);

const ownZone = (): string => hostZone(Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The zone of times that name none. */
export const zoneOf = (settings: SchedulerSettings): string => settings['scheduler.timezone'] ?? ownZone();

const UTC = /^:?(?:(?:posix\/|right\/)?(?:Etc\/)?(?:UTC|UCT|GMT|Zulu|Universal|Greenwich)[+-]?0?)?$/i;

/** What a `TZ` with rules of its own, as in POSIX, comes to. Undefined: it names a zone. */
export function zoneWarning(settings: SchedulerSettings, tz = '', zone = ownZone()): string | undefined {
  if (settings['scheduler.timezone'] !== undefined || zone !== 'UTC' || UTC.test(tz)) return undefined;
  return `TZ=${tz} is no name of a zone: times that name none are read as UTC; set timezone, or TZ, to a name such as Europe/Berlin`;
}
