import type { Option, SettingsOf } from '@freezer/settings';

const FACILITIES = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'] as const;
const LOCAL = ['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'] as const;

/** The log, with the names of oslo.log. */
export const LOG_OPTIONS = [
  { name: 'debug', short: 'd', type: 'bool', default: false, group: 'logging', help: 'log details, and the stack of an error' },
  { name: 'verbose', short: 'v', type: 'bool', default: true, group: 'logging', help: 'log what happens; --noverbose: warnings and errors only' },
  { name: 'log-file', aliases: ['logfile'], type: 'string', group: 'logging', value: 'FILE', help: 'log to FILE in place of standard error' },
  { name: 'log-dir', aliases: ['logdir'], type: 'path', group: 'logging', value: 'DIR', help: 'the directory of a --log-file that is given without one' },
  { name: 'use-stderr', type: 'bool', default: false, group: 'logging', help: 'log to standard error besides the other places' },
  {
    name: 'use-syslog',
    type: 'bool',
    default: false,
    group: 'logging',
    help: 'log to the syslog service at /dev/log, by the program logger of util-linux',
  },
  {
    name: 'use-syslog-rfc-format',
    type: 'bool',
    default: false,
    group: 'logging',
    help: 'send messages to syslog in the form of RFC 5424',
  },
  {
    name: 'syslog-log-facility',
    type: 'choice',
    choices: [...FACILITIES, ...LOCAL],
    anyCase: true,
    prefix: 'LOG_',
    default: 'user',
    group: 'logging',
    help: 'the facility for syslog, also as LOG_USER',
  },
  { name: 'use-journal', type: 'bool', default: false, group: 'logging', help: 'log to the journal of systemd' },
  { name: 'use-json', type: 'bool', default: false, group: 'logging', help: 'log one JSON object per line, keys as those of oslo.log' },
  {
    name: 'log-format',
    fileAliases: ['logging_default_format_string'],
    type: 'string',
    group: 'logging',
    value: 'FORMAT',
    help: "json, text, or a format of Python's logging, as in '%(asctime)s %(levelname)s %(message)s'",
  },
  {
    name: 'log-date-format',
    type: 'string',
    default: '%Y-%m-%d %H:%M:%S',
    group: 'logging',
    value: 'FORMAT',
    help: 'the form of %(asctime)s, as strftime takes it; local time',
  },
  { name: 'watch-log-file', type: 'bool', default: false, group: 'logging', help: 'open the log file anew when it was moved away or removed' },
  {
    name: 'log-rotation-type',
    type: 'choice',
    choices: ['interval', 'size', 'none'],
    anyCase: true,
    default: 'none',
    group: 'logging',
    help: 'put the log file aside after a time, or when it is full',
  },
  {
    name: 'log-rotate-interval',
    type: 'int',
    min: 0,
    default: 1,
    group: 'logging',
    help: 'after how many units; with the unit weekday the day at whose end it happens, 0 for Monday',
  },
  {
    name: 'log-rotate-interval-type',
    type: 'choice',
    choices: ['seconds', 'minutes', 'hours', 'days', 'weekday', 'midnight'],
    anyCase: true,
    default: 'days',
    group: 'logging',
    value: 'UNIT',
    help: 'the unit of --log-rotate-interval',
  },
  { name: 'max-logfile-size-mb', type: 'int', min: 1, default: 200, group: 'logging', help: 'when a log file is full, in MiB' },
  { name: 'max-logfile-count', type: 'int', min: 0, default: 30, group: 'logging', help: 'how many log files that were put aside are kept' },
  {
    name: 'log-config-append',
    aliases: ['log-config', 'log_config'],
    type: 'path',
    group: 'logging',
    value: 'FILE',
    help: 'a logging configuration of Python (INI): level, handlers and formatters of the root logger; it replaces the other options of the log',
  },
] as const satisfies readonly Option[];

/** What the log needs of the settings of a program. */
export type LogSettings = SettingsOf<(typeof LOG_OPTIONS)[number]>;
