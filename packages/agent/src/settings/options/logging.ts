import { LOG_OPTIONS } from '@freezer/log/options';
import type { Option } from '../option.ts';

const [DEBUG, ...OTHERS] = LOG_OPTIONS;

/** The log, with the names of oslo.log, and what a run shows besides. */
export const LOGGING_OPTIONS = [
  DEBUG,
  {
    name: 'quiet',
    short: 'q',
    type: 'bool',
    default: false,
    group: 'logging',
    help: 'nothing but errors and warnings: no progress, no log of what happens on standard error, and no report of a run that went well (--json still prints it)',
  },
  ...OTHERS,
] as const satisfies readonly Option[];
