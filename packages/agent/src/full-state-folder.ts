import { tmpdir } from 'node:os';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { Settings } from './settings/settings.ts';

/**
 * Storages and targets of a restore say by themselves where there is no room. What else a run writes are its files in the state folder,
 * which Node reports without a name: `unavailable`, with that folder. Any other error passes.
 */
export function namingStateFolder(error: unknown, { state_dir: stateDir, dry_run: isDryRun }: Pick<Settings, 'state_dir' | 'dry_run'>): unknown {
  const code = systemCodeOf(error);
  if (FreezerError.is(error) || (code !== 'ENOSPC' && code !== 'EDQUOT')) return error;
  const [where, option] = isDryRun ? [`temporary folder ${tmpdir()}`, 'TMPDIR'] : [`state folder ${stateDir}`, '--state-dir'];
  return new FreezerError('unavailable', `${where}: cannot be written: ${messageOf(error)}; make room, or name another by ${option}`, { cause: error });
}
