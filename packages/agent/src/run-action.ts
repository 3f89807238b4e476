import { FreezerError } from '@freezer/core';
import type { ActionInput, ActionResult } from './action-input.ts';
import { firstReason } from './first-reason.ts';
import { namingStateFolder } from './full-state-folder.ts';
import type { AgentPlugins } from './plugins.ts';
import { applyPriority } from './priority.ts';
import { overStorages } from './several/several-storages.ts';

type Action = (input: ActionInput, plugins: AgentPlugins) => Promise<ActionResult>;

/** Loaded when they are asked for: a backup does not pay for what a restore needs. */
const ACTIONS: Readonly<Record<string, () => Promise<Action>>> = {
  backup: async () => (await import('./actions/backup-action.ts')).backupAction,
  restore: async () => (await import('./actions/restore-action.ts')).restoreAction,
  verify: async () => (await import('./actions/verify-action.ts')).verifyAction,
  list: async () => (await import('./actions/list-action.ts')).listAction,
  show: async () => (await import('./actions/show-action.ts')).showAction,
  find: async () => (await import('./actions/find-action.ts')).findAction,
  diff: async () => (await import('./actions/diff-action.ts')).diffAction,
  copy: async () => (await import('./actions/copy-action.ts')).copyAction,
  pin: async () => (await import('./actions/pin-action.ts')).pinAction,
  unpin: async () => (await import('./actions/pin-action.ts')).pinAction,
  admin: async () => (await import('./actions/admin-action.ts')).adminAction,
  exec: async () => (await import('./actions/exec-action.ts')).execAction,
  info: async () => (await import('./actions/info-action.ts')).infoAction,
};

/** Does what was asked for. Fails with a `FreezerError` whose message is for people; an abort rejects with the signal's reason. */
export async function runAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const load = Object.hasOwn(ACTIONS, input.action) ? ACTIONS[input.action] : undefined;
  if (load === undefined)
    throw new FreezerError('unsupported', `action '${input.action}' is not part of this version; allowed: ${Object.keys(ACTIONS).join(', ')}`);
  await applyPriority(input.settings, input);
  const action = await load();
  try {
    return await overStorages(input, plugins, action);
  } catch (error) {
    throw namingStateFolder(firstReason(error), input.settings);
  }
}
