import { randomUUID } from 'node:crypto';
import { readPassFile } from '@freezer/codec';
import { DryRunStorage, type Engine, FreezerError, type Logger, type Mode, type Source, type Storage, ThrottledStorage } from '@freezer/core';
import { ChainKeyring, LegacySets, ownerBytes, thisOwner } from '@freezer/format';
import type { ActionInput } from './action-input.ts';
import type { AgentPlugins } from './plugins.ts';
import { MeteredStorage } from './progress/metered-storage.ts';
import { Progress } from './progress/progress.ts';
import type { RunContext } from './run-context.ts';
import { RunLimits } from './run-limits.ts';
import { engineOfSet } from './set-engine.ts';
import { streamSource } from './stream/stream-source.ts';
import { WholePuts } from './whole-puts.ts';
import { WorkFolder } from './work-folder.ts';

/** They see the layout of today only: nothing is added to sets of old releases, and nothing of them is removed. */
const WRITERS: ReadonlySet<string> = new Set(['backup', 'admin', 'pin', 'unpin']);

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
  const { settings, logger, signal } = input;
  const now = () => input.now() / 1000;
  const owner = await thisOwner(randomUUID().replaceAll('-', ''), Math.floor(now()));
  const passphrases = await readPassphrases(settings.encrypt_pass_file, logger);
  const openEngine = (name: string): Promise<Engine> => {
    const plugin = pick('engine', name, plugins.engines, ({ kind }) => kind);
    return plugin.open(plugin.settings.parse({ ...settings, ...engineSettings }), { logger });
  };
  const engines = enginesOf(input, plugins);
  const work = settings.dry_run ? await WorkFolder.openAside() : await WorkFolder.open(settings.state_dir, owner);
  let opened: Storage | undefined;
  try {
    opened = new WholePuts(await openStorage(input, plugins, { id: owner.run_id, owner: ownerBytes(owner) }));
    const seen = WRITERS.has(input.action) ? opened : new LegacySets(opened, { logger });
    const changing = settings.dry_run ? new DryRunStorage(seen, { logger }) : seen;
    const context: RunContext = {
      storage: input.progress === undefined ? changing : new MeteredStorage(changing, input.progress),
      engine: await openEngine(await engineFor(input, seen, engines)),
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
    return { context, [Symbol.asyncDispose]: () => closeAll(opened, work) };
  } catch (error) {
    await closeAll(opened, work);
    throw error;
  }
}

async function closeAll(storage: Storage | undefined, work: WorkFolder): Promise<void> {
  try {
    await storage?.close();
  } finally {
    await work.close();
  }
}

async function openStorage(
  { settings, storageSections, logger, limits = new RunLimits(settings) }: ActionInput,
  plugins: AgentPlugins,
  run: { readonly id: string; readonly owner: Uint8Array },
): Promise<Storage> {
  if (storageSections.length > 1)
    throw new FreezerError('invalid', 'several [storage:...] sections: more than one storage at once is not part of this version');
  const chosen: Readonly<Record<string, unknown>> & { readonly storage: string } = storageSections[0]?.settings ?? settings;
  const plugin = pick('storage', chosen.storage, plugins.storages, ({ kind }) => kind);
  return new ThrottledStorage(await plugin.open(plugin.settings.parse(chosen), { logger, run }), limits);
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
