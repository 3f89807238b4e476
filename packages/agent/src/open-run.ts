import { randomUUID } from 'node:crypto';
import { readPassFile } from '@freezer/codec';
import {
  DryRunStorage,
  type Engine,
  FreezerError,
  type Logger,
  type Mode,
  SILENT,
  type Source,
  type Storage,
  type StorageDeps,
  ThrottledStorage,
} from '@freezer/core';
import { ChainKeyring, LegacySets, ownerBytes, thisOwner } from '@freezer/format';
import type { ActionInput } from './action-input.ts';
import type { AgentPlugins } from './plugins.ts';
import { MeteredStorage } from './progress/metered-storage.ts';
import { Progress } from './progress/progress.ts';
import type { RunContext } from './run-context.ts';
import { RunLimits } from './run-limits.ts';
import { engineOfSet } from './set-engine.ts';
import type { LostStorage, StorageRun } from './several/storage-run.ts';
import { streamSource } from './stream/stream-source.ts';
import { needsEngine, unopenedEngine } from './unopened-engine.ts';
import { WholePuts } from './whole-puts.ts';
import { WorkFolder } from './work-folder.ts';

/** They see the layout of today only: nothing is added to sets of old releases, and nothing of them is removed. */
const WRITERS: ReadonlySet<string> = new Set(['backup', 'admin', 'copy', 'pin', 'unpin']);

/** A run and what it holds open. */
export interface OpenRun extends AsyncDisposable {
  readonly context: RunContext;
}

function pick<Plugin>(what: string, wanted: string, plugins: readonly Plugin[], nameOf: (plugin: Plugin) => string): Plugin {
  const found = plugins.find((plugin) => nameOf(plugin) === wanted);
  if (found === undefined)
    throw new FreezerError('unsupported', `--${what}: '${wanted}' is not part of this version; allowed: ${plugins.map(nameOf).join(', ')}`);
  return found;
}

/** The mode and the source that the settings choose. */
export function openSource(input: ActionInput, plugins: AgentPlugins): { readonly mode: Mode; readonly source: Source; readonly media: string } {
  const { settings, logger } = input;
  const modePlugin = pick('mode', settings.mode, plugins.modes, ({ name }) => name);
  const mode = modePlugin.create(modePlugin.settings.parse(settings), { logger });
  const stream = streamSource(input);
  if (stream) return { mode, source: stream, media: stream.kind };
  const source = plugins.sources.find((plugin) => plugin.accepts(settings));
  if (source === undefined) throw new FreezerError('invalid', 'nothing to back up was named: path-to-backup argument must be provided');
  return { mode, source: source.create(source.settings.parse(settings), { logger }), media: source.kind };
}

/** A backup is made by the engine of the settings; what is there is looked for in all of them, unless one was named. */
function enginesOf({ action, settings, engineNamed }: ActionInput, { engines }: AgentPlugins): readonly string[] {
  const name = settings.engine_name;
  return action === 'backup' || engineNamed === true ? [name] : [name, ...engines.map(({ kind }) => kind).filter((kind) => kind !== name)];
}

/** These look at the one set of `--backup-name`; others may look at several, and ask of each. */
const ONE_SET: ReadonlySet<string> = new Set(['restore', 'show', 'diff', 'pin', 'unpin']);

async function engineFor({ action, settings, logger, signal }: ActionInput, storage: Storage, engines: readonly string[]): Promise<string> {
  const { hostname: host, backup_name: name, engine_name } = settings;
  return name === undefined || !ONE_SET.has(action) ? engine_name : engineOfSet({ storage, engines, host, name, logger }, { signal });
}

/** Opens storage and engine for one action; `engineSettings` go to the engine besides the settings. What was opened is closed again when a later step fails. */
export async function openRun(input: ActionInput, plugins: AgentPlugins, engineSettings: Readonly<Record<string, unknown>> = {}): Promise<OpenRun> {
  if (input.storageSections.length > 1)
    throw new FreezerError('unsupported', `several [storage:...] sections: ${input.action} looks at one storage; name it by --from`);
  const { runs, [Symbol.asyncDispose]: close } = await openRuns(input, plugins, engineSettings);
  const [first] = runs;
  if (first === undefined) throw new TypeError('openRun: a run without a storage');
  return { context: first.context, [Symbol.asyncDispose]: close };
}

/** A run over one or several storages and what it holds open. */
export interface OpenRuns extends AsyncDisposable {
  /** One for each storage that could be opened, in the order of their sections; at least one. */
  readonly runs: readonly StorageRun[];
  /** Under the policy `any`: those that could not. */
  readonly lost: readonly LostStorage[];
}

/** Opens the storages of all sections, else that of the settings. With the policy `all` one that cannot be opened is a failure. */
export async function openRuns(input: ActionInput, plugins: AgentPlugins, engineSettings: Readonly<Record<string, unknown>> = {}): Promise<OpenRuns> {
  const { settings, logger, signal } = input;
  const now = () => input.now() / 1000;
  const owner = await thisOwner(randomUUID().replaceAll('-', ''), Math.floor(now()));
  const passphrases = await readPassphrases(settings.encrypt_pass_file, logger);
  const openEngine = async (name: string): Promise<Engine> => {
    const plugin = await pick('engine', name, plugins.engines, ({ kind }) => kind).load();
    return plugin.open(plugin.settings.parse({ ...settings, ...engineSettings }), { logger });
  };
  const engineOf = async (name: string): Promise<Engine> => (needsEngine(input.action) ? openEngine(name) : unopenedEngine(name));
  const engines = enginesOf(input, plugins);
  const work = settings.dry_run ? await WorkFolder.openAside() : await WorkFolder.open(settings.state_dir, owner);
  const opened: Storage[] = [];
  const close = (): Promise<void> => closeAll(opened, work);
  try {
    const { storages, lost } = await openStorages(input, plugins, { id: owner.run_id, owner: ownerBytes(owner) }, opened);
    const [first] = storages;
    if (first === undefined) throw new TypeError('openRuns: nothing was opened');
    const shared = {
      engine: await engineOf(await engineFor(input, first.seen, engines)),
      engines,
      openEngine,
      logger,
      owner,
      stateDir: settings.state_dir,
      work,
      keyring: new ChainKeyring(),
      passphrases,
      now,
      signal,
      progress: input.progress ?? new Progress(),
    };
    // Of several the first is counted: they move the same bytes.
    const meter = (changing: Storage): Storage =>
      input.progress === undefined || changing !== first.changing ? changing : new MeteredStorage(changing, input.progress);
    const runs = storages.map(({ name, changing }): StorageRun => ({ name, context: { ...shared, storage: meter(changing) } }));
    return { runs, lost, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface OpenedStorage {
  readonly name: string;
  /** As readers see it. */
  readonly seen: Storage;
  /** As the action changes it. */
  readonly changing: Storage;
}

/** What was opened is put into `opened`, for the caller to close. */
async function openStorages(
  input: ActionInput,
  plugins: AgentPlugins,
  run: { readonly id: string; readonly owner: Uint8Array },
  opened: Storage[],
): Promise<{ readonly storages: readonly OpenedStorage[]; readonly lost: readonly LostStorage[] }> {
  const { settings, storageSections, logger, limits = new RunLimits(settings) } = input;
  const sections = storageSections.length === 0 ? [{ name: '', settings }] : storageSections;
  const storages: OpenedStorage[] = [];
  const lost: LostStorage[] = [];
  for (const { name, settings: own } of sections) {
    try {
      const storage = new WholePuts(new ThrottledStorage(await openStorage(own, plugins, { logger, run }), limits));
      opened.push(storage);
      const seen = WRITERS.has(input.action) ? storage : new LegacySets(storage, { logger });
      storages.push({ name, seen, changing: settings.dry_run ? new DryRunStorage(seen, { logger }) : seen });
    } catch (error) {
      if (settings.storage_policy === 'all' || sections.length === 1 || !FreezerError.is(error)) throw error;
      logger.error({ storage: name, reason: error.message }, 'the storage cannot be opened; the run goes on without it');
      lost.push({ name, reason: error.message });
      if (lost.length === sections.length) throw error;
    }
  }
  refuseTwice(storages);
  return { storages, lost };
}

/** A run would wait for its own lock, and two sections of one place pass for two copies. */
function refuseTwice(storages: readonly Pick<OpenedStorage, 'name' | 'seen'>[]): void {
  for (const [index, { name, seen }] of storages.entries()) {
    const same = storages.slice(0, index).find((other) => other.seen.label === seen.label);
    if (same) throw new FreezerError('invalid', `[storage:${name}] is the same place as [storage:${same.name}]: ${seen.label}`);
  }
}

/** For storages that are opened one after the other: fails with `invalid` when two are one place. What cannot be opened is left to the action to say. */
export async function refuseOnePlaceTwice({ storageSections, now, signal }: ActionInput, plugins: AgentPlugins): Promise<void> {
  const owner = await thisOwner(randomUUID().replaceAll('-', ''), Math.floor(now() / 1000));
  const deps = { logger: SILENT, run: { id: owner.run_id, owner: ownerBytes(owner) } };
  const isOnlyOfItsKind = (kind: string): boolean => storageSections.filter(({ settings }) => settings.storage === kind).length === 1;
  const opened: Pick<OpenedStorage, 'name' | 'seen'>[] = [];
  try {
    for (const { name, settings } of storageSections.filter((section) => !isOnlyOfItsKind(section.settings.storage))) {
      try {
        opened.push({ name, seen: await openStorage(settings, plugins, deps) });
      } catch (error) {
        signal.throwIfAborted();
        if (!FreezerError.is(error)) throw error;
      }
    }
    refuseTwice(opened);
  } finally {
    await Promise.all(opened.map(({ seen }) => seen.close()));
  }
}

/** A limit counts for all storages of a run together. */
async function openStorage(own: Readonly<Record<string, unknown>> & { readonly storage: string }, plugins: AgentPlugins, deps: StorageDeps): Promise<Storage> {
  const plugin = await pick('storage', own.storage, plugins.storages, ({ kind }) => kind).load();
  return plugin.open(plugin.settings.parse(own), deps);
}

async function closeAll(storages: readonly Storage[], work: WorkFolder): Promise<void> {
  try {
    await Promise.all(storages.map((storage) => storage.close()));
  } finally {
    await work.close();
  }
}

async function readPassphrases(files: readonly string[], logger: Logger): Promise<readonly Buffer[]> {
  const found: Buffer[] = [];
  for (const file of files) {
    const { bytes, weak, readableByOthers } = await readPassFile(file);
    if (weak) logger.warn({ file }, 'the passphrase has less than 16 characters: make a better one by `freezer-agent make-pass-file`');
    if (readableByOthers) logger.warn({ file }, 'the pass file can be read by other users: `chmod 600` it');
    found.push(bytes);
  }
  return found;
}
