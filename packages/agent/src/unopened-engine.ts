import { type Engine, FreezerError } from '@freezer/core';

/** Actions that look at what is stored, and never into an archive. */
const WITHOUT_ENGINE: ReadonlySet<string> = new Set(['list', 'info', 'pin', 'unpin', 'copy', 'admin']);

/** Whether an action reads or writes archives: to open an engine means to look for its programs. */
export const needsEngine = (action: string): boolean => !WITHOUT_ENGINE.has(action);

/** The name of an engine where nothing else of it is needed. */
export function unopenedEngine(name: string): Engine {
  const refuse = async (): Promise<never> => {
    throw new FreezerError('unexpected', `engine ${name}: was not opened for an action that reads no archive`);
  };
  return { name, capabilities: { incremental: false, readable: false }, backup: refuse, restore: refuse };
}
