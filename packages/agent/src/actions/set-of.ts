import { checkNamePart, type Engine, FreezerError, type SetId } from '@freezer/core';
import { listSets } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import type { Settings } from '../settings/settings.ts';

/** The set that the settings name. Fails with `invalid` when a part of its name cannot be one. */
export function setOf({ hostname, backup_name }: Settings, engine: Engine): SetId {
  if (backup_name === undefined) throw new FreezerError('invalid', 'A value for --backup-name is required');
  checkNamePart('--hostname', hostname);
  checkNamePart('--backup-name', backup_name);
  return { engine: engine.name, host: hostname, name: backup_name };
}

/** That set, or without `--backup-name` every set of the host and engine. */
export async function setsOf(settings: Settings, context: RunContext): Promise<readonly SetId[]> {
  if (settings.backup_name !== undefined) return [setOf(settings, context.engine)];
  const host = settings.hostname;
  const names = await listSets(context.storage, { signal: context.signal });
  return names
    .filter(({ engine, set }) => engine === context.engine.name && set.startsWith(`${host}_`))
    .map(({ engine, set }) => ({ engine, host, name: set.slice(host.length + 1) }));
}
