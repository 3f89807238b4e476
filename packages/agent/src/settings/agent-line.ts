import { CommandLine } from '@freezer/settings';
import { AGENT_TABLE } from './option-table.ts';

/** Actions behind which words may stand, and the option of which these are values. */
export const OPERAND_OPTIONS: Readonly<Record<string, string>> = { restore: 'path', show: 'path', find: 'path', diff: 'path' };

/** How the command line of the agent is read: the first word is the action. */
export const AGENT_LINE = new CommandLine(AGENT_TABLE, { wordOption: 'action', takesOperands: (action) => Object.hasOwn(OPERAND_OPTIONS, action) });
