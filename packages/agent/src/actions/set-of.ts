import { checkNamePart, type Engine, FreezerError, type SetId, setName } from '@freezer/core';
import { committedLevels, LevelReader, listDataSets, listSets, readCatalog } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import { engineOfSet } from '../set-engine.ts';
import type { Settings } from '../settings/settings.ts';

/** The set that the settings name. Fails with `invalid` when a part of its name cannot be one. */
export function setOf({ hostname, backup_name }: Settings, engine: Engine): SetId {
  if (backup_name === undefined) throw new FreezerError('invalid', 'A value for --backup-name is required');
  checkNamePart('--hostname', hostname);
  checkNamePart('--backup-name', backup_name);
  return { engine: engine.name, host: hostname, name: backup_name };
}

/** That set and those of `--set`, or, when none is named, every set of the host that has a backup. */
export async function setsOf(settings: Settings, context: RunContext): Promise<readonly SetId[]> {
  return (await namedSets(settings, context)) ?? setsOfHost(await listSets(context.storage, { signal: context.signal }), settings.hostname, context);
}

/**
 * The same for a removal: of the host also the sets that hold nothing but data, and none that a manifest says to be another host's. The name
 * alone does not tell: `a_b_c` may be `b_c` of `a` or `c` of `a_b`.
 */
export async function setsToRemoveFrom(settings: Settings, context: RunContext): Promise<readonly SetId[]> {
  const chosen = await namedSets(settings, context);
  if (chosen !== undefined) return chosen;
  const found = setsOfHost(await listDataSets(context.storage, { signal: context.signal }), settings.hostname, context);
  const own: SetId[] = [];
  for (const set of found) {
    const host = set.name.includes('_') ? await hostInManifest(context, set) : undefined;
    if (host === undefined || host === set.host) own.push(set);
    else context.logger.info({ set: setName(set), host }, 'set left alone: its manifests name another host');
  }
  return own;
}

async function namedSets({ backup_name, hostname: host, set }: Settings, context: RunContext): Promise<readonly SetId[] | undefined> {
  const names = new Set([...(backup_name === undefined ? [] : [backup_name]), ...set]);
  if (names.size === 0) return undefined;
  const sets: SetId[] = [];
  for (const name of names) {
    const { storage, engines, logger } = context;
    sets.push({ engine: await engineOfSet({ storage, engines, logger, host, name }, context), host, name });
  }
  return sets;
}

function setsOfHost(names: Awaited<ReturnType<typeof listSets>>, host: string, context: RunContext): readonly SetId[] {
  return names
    .filter(({ engine, set }) => context.engines.includes(engine) && set.startsWith(`${host}_`))
    .map(({ engine, set }) => ({ engine, host, name: set.slice(host.length + 1) }));
}

/** As the newest manifest that can be read names it; undefined where there is none. */
async function hostInManifest({ storage, keyring, logger, signal }: RunContext, set: SetId): Promise<string | undefined> {
  const catalog = await readCatalog(storage, set.engine, setName(set), { signal });
  const reader = new LevelReader({ storage, catalog, keyring, passphrases: [], logger });
  for (const level of catalog.chains.flatMap(committedLevels).toReversed()) {
    try {
      const manifest = await reader.peek(level, { signal });
      if (manifest) return manifest.document.identity.host;
    } catch (error) {
      if (!FreezerError.is(error)) throw error;
      signal.throwIfAborted();
    }
  }
  return undefined;
}
