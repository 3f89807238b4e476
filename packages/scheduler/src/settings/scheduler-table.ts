import { LOG_OPTIONS } from '@freezer/log/options';
import { CONFIG_OPTIONS, CommandLine, OptionTable, type SettingsOf } from '@freezer/settings';
import { ACCOUNT_OPTIONS, OLDER_OPTIONS } from './account-options.ts';
import { API_OPTIONS } from './api-options.ts';
import { CAPABILITY_OPTIONS, PROCESS_OPTIONS, SCHEDULER_OPTIONS, TRUST_OPTIONS } from './scheduler-options.ts';

const ROWS = [
  ...SCHEDULER_OPTIONS,
  ...PROCESS_OPTIONS,
  ...API_OPTIONS,
  ...TRUST_OPTIONS,
  ...CAPABILITY_OPTIONS,
  ...ACCOUNT_OPTIONS,
  ...OLDER_OPTIONS,
  ...CONFIG_OPTIONS,
  ...LOG_OPTIONS,
] as const;

/** The type of a row of the scheduler's table. */
export type SchedulerRow = (typeof ROWS)[number];

/** All settings of the scheduler. */
export type SchedulerSettings = SettingsOf<SchedulerRow>;

/** Every option of the scheduler. */
export const SCHEDULER_TABLE = new OptionTable(ROWS, [
  { group: 'jobs', title: 'Jobs' },
  { group: 'process', title: 'Process' },
  { group: 'trust', title: 'What jobs may do on this host' },
  { group: 'account', title: 'Account and API' },
  { group: 'older', title: 'Commands of the API (job-list and so on)' },
  { group: 'config', title: 'Configuration' },
  { group: 'logging', title: 'Log' },
]);

/** Words that take further words. */
const WITH_OPERANDS: ReadonlySet<string> = new Set(['run-once', 'validate', 'service', 'list', 'config-sample', 'man', 'completion']);

/** How its command line is read: options may stand before and behind the word. */
export const SCHEDULER_LINE = new CommandLine(SCHEDULER_TABLE, { takesOperands: (word) => WITH_OPERANDS.has(word), wordsAnywhere: true });
