import { FreezerError } from '@freezer/core';
import type { ActionInput, ActionResult } from './action-input.ts';
import { adminAction } from './actions/admin-action.ts';
import { backupAction } from './actions/backup-action.ts';
import { diffAction } from './actions/diff-action.ts';
import { execAction } from './actions/exec-action.ts';
import { findAction } from './actions/find-action.ts';
import { infoAction } from './actions/info-action.ts';
import { listAction } from './actions/list-action.ts';
import { pinAction } from './actions/pin-action.ts';
import { restoreAction } from './actions/restore-action.ts';
import { showAction } from './actions/show-action.ts';
import { verifyAction } from './actions/verify-action.ts';
import type { AgentPlugins } from './plugins.ts';
import { applyPriority } from './priority.ts';

/** Does what was asked for. Fails with a `FreezerError` whose message is for people; an abort rejects with the signal's reason. */
export async function runAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  await applyPriority(input.settings, input);
  switch (input.action) {
    case 'backup':
      return backupAction(input, plugins);
    case 'restore':
      return restoreAction(input, plugins);
    case 'verify':
      return verifyAction(input, plugins);
    case 'list':
      return listAction(input, plugins);
    case 'show':
      return showAction(input, plugins);
    case 'find':
      return findAction(input, plugins);
    case 'diff':
      return diffAction(input, plugins);
    case 'pin':
    case 'unpin':
      return pinAction(input, plugins);
    case 'admin':
      return adminAction(input, plugins);
    case 'exec':
      return execAction(input);
    case 'info':
      return infoAction(input, plugins);
    default:
      throw new FreezerError(
        'unsupported',
        `action '${input.action}' is not part of this version; allowed: backup, restore, verify, list, show, find, diff, pin, unpin, admin`,
      );
  }
}
