import { randomUUID } from 'node:crypto';
import { resolveSettings } from '@freezer/agent';
import { FreezerError, type Logger, type Storage } from '@freezer/core';
import { LegacySets, ownerBytes, thisOwner } from '@freezer/format';
import { type GivenOption, longNameOf, type SettingsHost } from '@freezer/settings';
import { STORAGE_OPTION_NAMES } from './reindex-options.ts';
import { STORAGES } from './storage-plugins.ts';

/** A storage that is looked through, and how it is named in records. */
export interface ReadStorage {
  readonly storage: Storage;
  readonly kind: string;
  readonly container: string;
  readonly sshHost: string | undefined;
  readonly sshPort: number | undefined;
  readonly sshUsername: string | undefined;
}

export interface StorageChoice {
  readonly storages: readonly ReadStorage[];
  /** Only the sets of this host, when it was named. */
  readonly hostname: string | undefined;
  readonly backupName: string | undefined;
}

type Values = Readonly<Record<string, unknown>> & { readonly storage: string; readonly container: string };

/** The command line that the agent would have been given. */
function agentArguments(given: readonly GivenOption[]): readonly string[] {
  return given.flatMap(({ option, text }) => {
    if (!STORAGE_OPTION_NAMES.has(option.name)) return [];
    const name = longNameOf(option);
    if (option.type === 'bool') return [text === 'true' ? `--${name}` : `--no${name}`];
    return [`--${name}=${text}`];
  });
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

async function openStorage(
  own: Values,
  deps: { readonly logger: Logger; readonly run: { readonly id: string; readonly owner: Uint8Array } },
): Promise<ReadStorage> {
  const plugin = Object.hasOwn(STORAGES, own.storage) ? await STORAGES[own.storage]?.() : undefined;
  if (plugin === undefined) throw new FreezerError('invalid', `--storage: '${own.storage}' is unknown; allowed: ${Object.keys(STORAGES).join(', ')}`);
  const storage = await plugin.open(plugin.settings.parse(own), deps);
  const isSsh = own.storage === 'ssh';
  const port = own['ssh_port'];
  return {
    storage: new LegacySets(storage, { logger: deps.logger }),
    kind: own.storage,
    container: own.container,
    sshHost: isSsh ? textOf(own['ssh_host']) : undefined,
    sshPort: isSsh && typeof port === 'number' ? port : undefined,
    sshUsername: isSsh ? textOf(own['ssh_username']) : undefined,
  };
}

/** Opens what the options of the agent name. They are closed by the caller. Fails with `invalid`, `unauthenticated`, `unavailable`. */
export async function openStorages(given: readonly GivenOption[], host: SettingsHost, logger: Logger): Promise<StorageChoice> {
  const { settings, storageSections, places, warnings } = await resolveSettings({ ...host, argv: ['list', ...agentArguments(given)] });
  for (const warning of warnings) logger.warn({}, warning);
  if (storageSections.length === 0 && !places.has('storage'))
    throw new FreezerError('invalid', `reindex needs --storage; allowed: ${Object.keys(STORAGES).join(', ')}`);
  const id = randomUUID();
  const deps = { logger, run: { id, owner: ownerBytes(await thisOwner(id, Math.floor(Date.now() / 1000))) } };
  const wanted: readonly Values[] = storageSections.length === 0 ? [settings] : storageSections.map((section) => section.settings);
  const storages: ReadStorage[] = [];
  try {
    for (const one of wanted) storages.push(await openStorage(one, deps));
  } catch (error) {
    await Promise.all(storages.map(({ storage }) => storage.close()));
    throw error;
  }
  return { storages, hostname: places.has('hostname') ? settings.hostname : undefined, backupName: settings.backup_name };
}
