import { type HelpRequest, helpText as textOf } from '@freezer/settings/text';
import { AGENT_TEXT } from './agent-text.ts';

/** The help of the agent: grouped, with examples, never wider than the terminal where that can be avoided. Ends with a line end. */
export const helpText = (request: HelpRequest): string => textOf(AGENT_TEXT, request);

export { ACTION_NAMES, type ActionName } from './option.ts';
