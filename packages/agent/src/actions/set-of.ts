import { checkNamePart, type Engine, FreezerError, type SetId } from '@freezer/core';
import type { Settings } from '../settings/settings.ts';

/** The set that the settings name. Fails with `invalid` when a part of its name cannot be one. */
export function setOf({ hostname, backup_name }: Settings, engine: Engine): SetId {
  if (backup_name === undefined) throw new FreezerError('invalid', 'A value for --backup-name is required');
  checkNamePart('--hostname', hostname);
  checkNamePart('--backup-name', backup_name);
  return { engine: engine.name, host: hostname, name: backup_name };
}
