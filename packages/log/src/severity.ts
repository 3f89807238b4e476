import type { Level } from './log-record.ts';

const SEVERITY: Readonly<Record<Level, number>> = { DEBUG: 7, INFO: 6, WARNING: 4, ERROR: 3 };

/** The numbers of syslog.h, without `LOG_`. */
const FACILITY: Readonly<Record<string, number>> = {
  KERN: 0,
  USER: 1,
  MAIL: 2,
  DAEMON: 3,
  AUTH: 4,
  SYSLOG: 5,
  LPR: 6,
  NEWS: 7,
  UUCP: 8,
  CRON: 9,
  AUTHPRIV: 10,
  FTP: 11,
  ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map((number) => [`LOCAL${number}`, 16 + number])),
};

/** The number of a facility, `LOG_USER`, `user` or `USER`; undefined for a name that no system has. */
export const facilityOf = (name: string): number | undefined => FACILITY[name.toUpperCase().replace(/^LOG_/, '')];

/** What syslog and the journal expect before a line. */
export const priorityPrefix = (level: Level, facility = 0): string => `<${facility * 8 + SEVERITY[level]}>`;
