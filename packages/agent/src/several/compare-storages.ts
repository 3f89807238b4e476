import { FreezerError, levelFolder, messageOf, setName } from '@freezer/core';
import { LevelReader, readCatalog } from '@freezer/format';
import { printable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { setsOf } from '../actions/set-of.ts';
import { viewChains } from '../chain-view.ts';
import { openRun } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';
import type { RunContext } from '../run-context.ts';
import type { StorageSection } from '../settings/storage-sections.ts';

/** What one storage holds: for each level its manifest's digest, or what is wrong with it. */
interface Holding {
  readonly name: string;
  readonly levels: ReadonlyMap<string, { readonly digest: string; readonly damage: string | undefined }>;
}

interface Difference {
  readonly storage: string;
  readonly level: string;
  readonly problem: string;
}

/** Compares what several storages hold of the sets that are named, or of the host: levels and manifests, no data. Fails when one lacks something. */
export async function compareStorages(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const holdings: Holding[] = [];
  const unread: { readonly storage: string; readonly error: string }[] = [];
  for (const section of input.storageSections) {
    try {
      holdings.push(await holdingOf(section, input, plugins));
    } catch (error) {
      input.signal.throwIfAborted();
      if (!FreezerError.is(error)) throw error;
      unread.push({ storage: section.name, error: messageOf(error) });
    }
  }
  const differences = compare(holdings);
  const levels = new Set(holdings.flatMap(({ levels: own }) => [...own.keys()])).size;
  const problems = [...unread.map(({ storage, error }) => `storage ${storage} cannot be read: ${error}`), ...differences.map(lineOf)];
  for (const problem of problems) input.logger.error({}, problem);
  const result = problems.length === 0 ? 'success' : 'fail';
  const text = problems.length === 0 ? `${holdings.length} storages hold the same ${levels} levels\n` : problems.map((line) => `${printable(line)}\n`).join('');
  const json = { action: 'verify', result, storages: holdings.map(({ name }) => name), levels, differences, unread };
  return { result, failure: problems[0], output: { text, json } };
}

async function holdingOf(section: StorageSection, input: ActionInput, plugins: AgentPlugins): Promise<Holding> {
  await using run = await openRun({ ...input, storageSections: [section] }, plugins);
  const { context } = run;
  const levels = new Map<string, { digest: string; damage: string | undefined }>();
  for (const id of await setsOf(input.settings, context)) await addSet(context, { engine: id.engine, set: setName(id) }, levels);
  return { name: section.name, levels };
}

async function addSet(
  { storage, keyring, logger, signal }: RunContext,
  { engine, set }: { readonly engine: string; readonly set: string },
  levels: Map<string, { digest: string; damage: string | undefined }>,
): Promise<void> {
  const catalog = await readCatalog(storage, engine, set, { signal });
  const reader = new LevelReader({ storage, catalog, keyring, passphrases: [], logger });
  for (const view of (await viewChains(reader, catalog, { signal })).flatMap((chain) => chain.levels))
    levels.set(`${set} ${view.id.t0}/${levelFolder(view.id)}`, { digest: view.manifest?.digest ?? '', damage: view.damage?.message });
}

function compare(holdings: readonly Holding[]): readonly Difference[] {
  const all = [...new Set(holdings.flatMap(({ levels }) => [...levels.keys()]))].toSorted();
  return all.flatMap((level) => {
    const reference = holdings.find(({ levels }) => levels.get(level)?.damage === undefined && levels.has(level))?.levels.get(level);
    return holdings.flatMap(({ name, levels }): readonly Difference[] => {
      const own = levels.get(level);
      if (own === undefined) return [{ storage: name, level, problem: 'lacks' }];
      if (own.damage !== undefined) return [{ storage: name, level, problem: `is damaged: ${own.damage}` }];
      return reference !== undefined && own.digest !== reference.digest ? [{ storage: name, level, problem: 'differs' }] : [];
    });
  });
}

function lineOf({ storage, level, problem }: Difference): string {
  if (problem === 'lacks') return `storage ${storage} lacks ${level}`;
  return problem === 'differs' ? `storage ${storage} holds another ${level} than the first that has it` : `storage ${storage}: ${level} ${problem}`;
}
