import { type ActionInput, type ActionResult, runAction as runAgentAction } from '@freezer/agent';
import { PLUGINS } from './plugins.ts';

/** An action of the agent with the plugins that this app ships. */
export const runAction = (input: ActionInput): Promise<ActionResult> => runAgentAction(input, PLUGINS);
