import type { Option } from '../option.ts';

const LATER = 'is not part of this version: use --log-file, or let the caller keep standard error';

/** The log. */
export const LOGGING_OPTIONS = [
  { name: 'debug', short: 'd', type: 'bool', default: false, group: 'logging', help: 'log details, and the stack of an error' },
  { name: 'quiet', short: 'q', type: 'bool', default: false, group: 'logging', help: 'no log and no error message on standard error' },
  { name: 'verbose', short: 'v', type: 'bool', default: true, group: 'logging', help: 'log what happens; --noverbose: warnings and errors only' },
  { name: 'log-file', aliases: ['logfile'], type: 'string', group: 'logging', value: 'FILE', help: 'log to FILE in place of standard error' },
  { name: 'log-dir', aliases: ['logdir'], type: 'path', group: 'logging', value: 'DIR', help: 'the directory of a --log-file that is given without one' },
  { name: 'use-json', type: 'bool', default: false, group: 'logging', help: 'log one JSON object per line' },
  { name: 'log-format', type: 'string', group: 'logging', help: 'json, or text', quietly: true },
  { name: 'log-date-format', type: 'string', group: 'logging', help: 'taken and not used', quietly: true },
  {
    name: 'log-config-append',
    aliases: ['log-config', 'log_config'],
    type: 'path',
    group: 'logging',
    help: 'a logging configuration of Python',
    later: LATER,
    quietly: true,
  },
  { name: 'use-syslog', type: 'bool', default: false, group: 'logging', help: 'log to syslog', later: LATER, quietly: true },
  { name: 'use-syslog-rfc-format', type: 'bool', default: false, group: 'logging', help: 'taken and not used', quietly: true },
  { name: 'syslog-log-facility', type: 'string', default: 'LOG_USER', group: 'logging', help: 'the facility for syslog', quietly: true },
  { name: 'use-journal', type: 'bool', default: false, group: 'logging', help: 'log to the journal', later: LATER, quietly: true },
  { name: 'watch-log-file', type: 'bool', default: false, group: 'logging', help: 'open the log file anew when it was moved', quietly: true },
] as const satisfies readonly Option[];
