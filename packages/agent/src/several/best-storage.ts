import { resolve } from 'node:path';
import { FreezerError, formatUtc, type LevelId, levelFolder, messageOf } from '@freezer/core';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { trustOf } from '../actions/point-settings.ts';
import { setOf } from '../actions/set-of.ts';
import { firstReason } from '../first-reason.ts';
import { openRun } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';
import { choosePoint } from '../restore/choose-point.ts';
import { inspectTarget } from '../restore/target.ts';
import type { Settings } from '../settings/settings.ts';
import type { StorageSection } from '../settings/storage-sections.ts';
import { ReadFaults } from './read-faults.ts';

type Action = (input: ActionInput, plugins: AgentPlugins) => Promise<ActionResult>;

/** A storage that could not give the point, and why. */
interface Failed {
  readonly section: StorageSection;
  readonly reason: string;
}

interface Candidate {
  readonly section: StorageSection;
  /** The top level of the point that it would give. */
  readonly id: LevelId;
}

/**
 * Does something with a point that several storages may hold: from the one whose point is the newest, in the order of the sections when
 * they are equal. A storage that cannot be opened, lacks the set, or whose manifests do not hold, is named and left out. Fails as the first did when none is left.
 */
export async function fromBestStorage(input: ActionInput, plugins: AgentPlugins, action: Action): Promise<ActionResult> {
  const candidates: Candidate[] = [];
  const failed: Failed[] = [];
  let failure: unknown;
  for (const section of input.storageSections) {
    try {
      candidates.push({ section, id: await pointIn(section, input, plugins) });
    } catch (error) {
      input.signal.throwIfAborted();
      if (!FreezerError.is(error)) throw error;
      input.logger.warn({ storage: section.name, reason: messageOf(error) }, 'this storage cannot give the point');
      failed.push({ section, reason: messageOf(error) });
      failure ??= error;
    }
  }
  const [first, ...others] = candidates;
  if (first === undefined) throw failure;
  const newest = others.reduce((a, b) => (b.id.t > a.id.t ? b : a), first);
  const holders = candidates.filter(({ id }) => id.t === newest.id.t).map(({ section }) => section);
  input.logger.info({ storage: holders[0]?.name, time: formatUtc(newest.id.t) }, 'storage chosen');
  if (input.action !== 'restore') return fromFirstOf(holders, { input, plugins, action, failed });
  return fromFirstOf(holders, { input: { ...input, settings: pinned(input.settings, newest.id) }, plugins, action, failed });
}

interface Attempt {
  readonly input: ActionInput;
  readonly plugins: AgentPlugins;
  readonly action: Action;
  /** So far. */
  readonly failed: readonly Failed[];
}

/** The very point that was chosen, however long it takes until the next storage is asked for it. */
const pinned = (settings: Settings, id: LevelId): Settings => ({ ...settings, restore_from_date: undefined, point: [levelFolder(id)] });

/**
 * The same point from the next storage when the data of one turns out to be damaged, or it goes away in the middle. What the target does not take, or the
 * user wrote, no other storage makes good.
 */
async function fromFirstOf([section, ...others]: readonly StorageSection[], attempt: Attempt): Promise<ActionResult> {
  const { input, plugins, action, failed } = attempt;
  if (section === undefined) throw new TypeError('fromFirstOf: no storage');
  const again = others.length > 0 ? await settingsForAnother(input) : undefined;
  const faults = new ReadFaults();
  try {
    return tellingStorages(await action({ ...input, storageSections: [section] }, faults.watched(plugins)), section, failed);
  } catch (thrown) {
    input.signal.throwIfAborted();
    const error = firstReason(thrown);
    if (others.length === 0 || !FreezerError.is(error) || !(faults.has(error) || (await isGone(error, section, input, plugins)))) throw thrown;
    if (again === undefined) {
      input.logger.error({ storages: others.map(({ name }) => name).join(', ') }, 'other storages hold the same point: --from NAME reads it from there');
      throw thrown;
    }
    const reason = messageOf(error);
    input.logger.warn({ storage: section.name, reason, next: others[0]?.name }, 'this storage cannot give the point; the next one is read');
    return fromFirstOf(others, { ...attempt, input: { ...input, settings: again }, failed: [...failed, { section, reason }] });
  }
}

/** Whether the storage lost the point since it was chosen: somebody removed it, or what was mounted there is not. */
async function isGone(error: FreezerError, section: StorageSection, input: ActionInput, plugins: AgentPlugins): Promise<boolean> {
  if (error.code !== 'not_found') return false;
  return pointIn(section, input, plugins).then(
    () => false,
    () => true,
  );
}

/** What a restore has to show, with the storage that gave the point and those that could not, as a backup tells of its storages. */
function tellingStorages(result: ActionResult, from: StorageSection, failed: readonly Failed[]): ActionResult {
  const { output } = result;
  // A listing is of one storage, and is not yet read.
  if (typeof output?.text !== 'string' || typeof output.json !== 'object') return result;
  const lines = [`from storage: ${from.name}`, ...failed.map(({ section: { name }, reason }) => `storage ${name} could not give it: ${reason}`)];
  const factsOf = ({ name, settings: { storage, container } }: StorageSection) => ({ name, storage, container });
  const storages = [...failed.map(({ section, reason }) => ({ ...factsOf(section), result: 'fail', reason })), { ...factsOf(from), result: 'success' }];
  return { ...result, output: { text: `${output.text}${lines.join('\n')}\n`, json: { ...output.json, storages } } };
}

/**
 * Undefined: what was done cannot be done again, as what went to standard output. A target that was empty holds nothing but what the restore from the storage
 * before wrote, which the next one goes over.
 */
async function settingsForAnother({ settings }: ActionInput): Promise<Settings | undefined> {
  const { to_stdout: toStdout, restore_abs_path: target, conflict } = settings;
  if (toStdout || conflict !== 'always') return undefined;
  const isOurs = target !== undefined && (await inspectTarget(resolve(target), true)) === 'empty';
  return isOurs ? { ...settings, overwrite: true } : settings;
}

/** Everything but the data is checked. */
async function pointIn(section: StorageSection, input: ActionInput, plugins: AgentPlugins): Promise<LevelId> {
  const { settings } = input;
  await using run = await openRun({ ...input, storageSections: [section] }, plugins);
  const set = setOf(settings, run.context.engine);
  const point = await choosePoint(run.context, { set, at: settings.restore_from_date, point: settings.point[0], trust: trustOf(settings) });
  const top = point.levels.at(-1);
  if (top === undefined) throw new TypeError('fromBestStorage: a point without a level');
  return top.level.id;
}
