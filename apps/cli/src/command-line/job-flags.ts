import type { OptionSpec } from './command.ts';

const ACTION = 'the action, instead of --file';
const SCHEDULE = 'when';

const action = (name: string, metavar: string, help: string, more: Partial<OptionSpec> = {}): OptionSpec => ({ name, metavar, help, group: ACTION, ...more });

/** Names whose values go into `freezer_action` under the same name with underscores. */
export const ACTION_TEXTS: readonly OptionSpec[] = [
  action('action', 'ACTION', 'backup (default), restore, info, admin or exec', { choices: ['backup', 'restore', 'info', 'admin', 'exec'] }),
  action('mode', 'MODE', 'fs (default for a path), mysql, mongo, ...'),
  action('engine', 'ENGINE', 'tar, rsync, ...'),
  action('path-to-backup', 'PATH', 'what is saved', { aliases: ['path'], short: 'F' }),
  action('backup-name', 'NAME', 'name of the set', { short: 'B' }),
  action('container', 'CONTAINER', 'where on the storage: a container, bucket or folder'),
  action('storage', 'STORAGE', 'swift (default of the agent), s3, local, ssh, ftp, ftps'),
  action('restore-abs-path', 'PATH', 'where to restore to'),
  action('restore-from-date', 'DATE', 'restore what was saved at or before: 2026-11-28T12:00:00'),
  action('restore-from-host', 'HOST', 'restore what that host has saved'),
  action('compression', 'ALGORITHM', 'gzip (default of the agent), bzip2, xz, zstd, none'),
  action('encrypt-pass-file', 'FILE', 'the file on the client that holds the passphrase; its name alone is stored here'),
  action('ssh-host', 'HOST', 'for --storage ssh'),
  action('ssh-username', 'USER', 'for --storage ssh'),
  action('ssh-key', 'FILE', "the client's key file, for --storage ssh"),
  action('command', 'COMMAND', 'for --action exec'),
];

/** Those with numbers. */
export const ACTION_NUMBERS: readonly OptionSpec[] = [
  action('max-level', 'LEVELS', 'so many increments before a full'),
  action('always-level', 'LEVEL', 'increments above this level only'),
  action('remove-older-than', 'DAYS', 'for --action admin: remove what is older'),
];

/** Beside `freezer_action`. */
export const RETRY_NUMBERS: readonly OptionSpec[] = [
  action('max-retries', 'COUNT', 'how often a failed action is tried again'),
  action('max-retries-interval', 'SECONDS', 'how long before that'),
];

export const SCHEDULE_TEXTS: readonly OptionSpec[] = [
  { name: 'interval', metavar: 'INTERVAL', help: "'1 days', '30 minutes', continuous; without: one run", group: SCHEDULE },
  { name: 'start-date', metavar: 'DATE', help: 'not before: 2026-11-28T12:00:00', group: SCHEDULE },
  { name: 'end-date', metavar: 'DATE', help: 'not after', group: SCHEDULE },
  { name: 'hour', metavar: 'HOURS', help: 'as cron has it: 3, */6', group: SCHEDULE },
  { name: 'minute', metavar: 'MINUTES', help: 'as cron has it', group: SCHEDULE },
  { name: 'day-of-week', metavar: 'DAYS', help: 'as cron has it: mon-fri', group: SCHEDULE },
];

/** The options of `job-create` that stand for a file. */
export const JOB_FLAGS: readonly OptionSpec[] = [
  { name: 'client', short: 'C', metavar: 'CLIENT_ID', help: 'the client that runs it; needed unless the file names one' },
  { name: 'description', metavar: 'TEXT', help: 'for people' },
  ...ACTION_TEXTS,
  ...ACTION_NUMBERS,
  { name: 'no-incremental', help: 'fulls only', group: ACTION },
  action('option', 'KEY=VALUE', 'any other option of freezer-agent; can be repeated', { repeatable: true }),
  ...RETRY_NUMBERS,
  { name: 'mandatory', help: 'runs even if an action before it failed', group: ACTION },
  ...SCHEDULE_TEXTS,
];
