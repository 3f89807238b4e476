import {
  type CallOptions,
  FreezerError,
  type LevelId,
  levelFolder,
  type PointDecision,
  planRetention,
  pointsOf,
  type RetentionPolicy,
  type SetId,
  setName,
  strandedLevels,
} from '@freezer/core';
import {
  type CatalogChain,
  type CatalogLevel,
  isPinned,
  LevelReader,
  readCatalog,
  readPin,
  removeLevels,
  removeUnclaimed,
  type SetCatalog,
  type SetLock,
  unclaimedLevels,
} from '@freezer/format';
import { type ChainView, isLasting, viewChains, warnOfDamage } from './chain-view.ts';
import { catalogOfHeld, type HoldRequest, holdSet, sparedOf } from './hold-set.ts';
import { belowDoubtfulPin, doubtfulPin } from './pins/needed-by-pins.ts';
import { pinReason } from './pins/pin-text.ts';
import { forgetPointRecord, readPointRecord } from './point-record.ts';
import type { RunContext } from './run-context.ts';
import { otherOwner } from './set-ownership.ts';

/** Data without metadata that is younger may be a Python run at work: its chain is left alone. */
const UNCLAIMED_GRACE_SECONDS = 7 * 86_400;

/** What a run of `admin` is asked for. */
export interface AdminRequest {
  readonly set: SetId;
  /** Undefined: only orphans are looked for. */
  readonly policy: RetentionPolicy | undefined;
  /** Remove data that nobody claims and that is older than so many seconds. */
  readonly orphansOlderThanSeconds: number | undefined;
  readonly waitSeconds: number;
  readonly dryRun: boolean;
}

/** What was decided for each level, and done unless it was a dry run. */
export interface AdminOutcome {
  readonly set: string;
  readonly kept: readonly PointDecision[];
  readonly removed: readonly PointDecision[];
  /** Keys of levels without metadata that were (or would be) removed. */
  readonly orphans: readonly string[];
  /** Keys of such levels that stay, because they are pinned or a pinned level may need them. */
  readonly sparedOrphans: readonly string[];
  /** Bytes of the data of what was (or would be) removed. */
  readonly removedBytes: number;
  /** Chains left alone because a Python run may be at work in them. */
  readonly leftAlone: readonly number[];
  /** Keys of levels whose manifest was there and could not be read now: what was decided without them may be too little. */
  readonly unread: readonly string[];
}

/** Removes what the policy lets go of one set. Fails with `not_found` when there is no such set, and with `conflict` when another run holds it. */
export async function runAdmin(context: RunContext, request: AdminRequest): Promise<AdminOutcome> {
  const hold = { ...request, toMakeRoom: true };
  const set = setName(request.set);
  await using lock = await holdSet(context, hold);
  const first = await removeHeld(context, hold, lock);
  if (first.isEmpty)
    throw new FreezerError('not_found', `No matching backup name "${set}" found: ${context.storage.label} holds no such set of engine ${request.set.engine}`);
  const outcomes = [first];
  const gone = new Set<string>();
  // Decided anew each time: without a lock that they see, others may have been at work as soon as there was space.
  for (let last = first; last.isUnfinished; outcomes.push(last)) {
    refuseRepeated(set, gone, last);
    last = await removeHeld(context, hold, lock);
  }
  const { isUnfinished: _unfinished, isEmpty: _empty, ...last } = outcomes.at(-1) ?? first;
  return {
    ...last,
    removed: outcomes.flatMap(({ removed }) => removed),
    orphans: outcomes.flatMap(({ orphans }) => orphans),
    removedBytes: outcomes.reduce((sum, { removedBytes }) => sum + removedBytes, 0),
  };
}

/** A storage that still lists what was removed would have it removed for ever. */
function refuseRepeated(set: string, gone: Set<string>, { removed, orphans }: AdminStep): void {
  for (const key of [...removed.map(({ entry }) => keyOf(entry)), ...orphans]) {
    if (gone.has(key))
      throw new FreezerError('no_space', `set ${set}: ${key} was removed and is listed still, and there is no space for the lock yet: try again later`);
    gone.add(key);
  }
}

interface AdminStep extends AdminOutcome {
  /** There was no space for the lock, or nothing was done because others were at work: there is more to do. */
  readonly isUnfinished: boolean;
  /** There is nothing of that name. */
  readonly isEmpty: boolean;
}

/** One look at the set, and what follows from it; while there is no space for the lock, of that the first step alone. */
async function removeHeld(context: RunContext, request: AdminRequest & HoldRequest, lock: SetLock | undefined): Promise<AdminStep> {
  const { storage, signal, now } = context;
  const set = setName(request.set);
  const catalog = await catalogOfHeld(context, request);
  const reader = new LevelReader({ storage, catalog, keyring: context.keyring, passphrases: [], logger: context.logger });
  const views = await viewChains(reader, catalog, { signal });
  warnOfDamage(views, set, context.logger);
  const owner = otherOwner(views, request.set);
  if (owner !== undefined) throw new FreezerError('conflict', `set ${set}: belongs to ${owner}; name those to remove backups of it`);
  const pins = await pinsOf(context, catalog, views);
  const levels = views.flatMap((view) => view.levels);
  const doubtful = new Set(levels.filter(({ fault }) => fault !== undefined && !isLasting(fault)).map(keyOf));
  // What could not be read now may be the best point of all.
  const pinned = (id: LevelId): string | undefined => pins(id) ?? (doubtful.has(keyOf({ id })) ? 'it, or a level below it, could not be read now' : undefined);
  const plan =
    request.policy === undefined ? undefined : planRetention(pointsOf(views), request.policy, { now: now(), stranded: strandedLevels(views), pinned });
  const busy = busyChains(catalog, now());
  const going = plan?.remove ?? [];
  const due = going.filter(({ entry }) => !busy.has(entry.id.t0));
  const held = going.filter(({ entry }) => busy.has(entry.id.t0));
  const leftAlone = [...new Set(held.map(({ entry }) => entry.id.t0))];
  for (const t0 of leftAlone) context.logger.warn({ set, chain: t0 }, 'chain left alone: data without metadata in it may be a run of Python Freezer at work');
  const isSpared = await sparedOf(context, catalog);
  const found = orphansOf(catalog, request, now());
  const spared = found.filter(isSpared);
  if (!request.dryRun) await lock?.check();
  const isOutdated = lock?.lacksSpace === true && !(await isStillPlanned(context, catalog, lock));
  const isMakingRoom = lock?.lacksSpace === true && due.length + found.length > spared.length;
  const removed = isOutdated ? [] : isMakingRoom ? firstOf(catalog, due) : due;
  const orphans = isOutdated ? [] : found.filter((level) => !isSpared(level)).slice(0, isMakingRoom ? 1 - removed.length : undefined);
  if (!request.dryRun) {
    await removeAll(context, catalog, removed, { signal });
    await forgetRemoved(context, catalog, removed);
    for (const level of orphans) await removeUnclaimed(context, catalog, level.id, { signal });
    await lock?.takeRest();
  }
  return {
    set,
    kept: [...(plan?.keep ?? []), ...held.map((decision) => ({ ...decision, reasons: ['kept: a run of Python Freezer may be at work in its chain'] }))],
    removed,
    orphans: orphans.map(keyOf),
    sparedOrphans: spared.map(keyOf),
    removedBytes: bytesOf(catalog, new Set([...removed.map(({ entry }) => keyOf(entry)), ...orphans.map(keyOf)])),
    leftAlone,
    unread: levels.filter(({ damage }) => damage !== undefined && !isLasting(damage)).map(keyOf),
    isUnfinished: isOutdated || isMakingRoom,
    isEmpty: catalog.chains.length === 0,
  };
}

/** What was planned without a lock that all others see holds while the set is what it was. The lock is asked for first: who has it by now is a conflict. */
async function isStillPlanned({ storage, signal }: RunContext, catalog: SetCatalog, lock: SetLock): Promise<boolean> {
  await lock.takeRest();
  return contentOf(await readCatalog(storage, catalog.engine, catalog.set, { signal })) === contentOf(catalog);
}

const contentOf = ({ chains }: SetCatalog): string =>
  JSON.stringify(
    chains.map(({ t0, levels }) => [
      t0,
      levels.map(({ id, objects }) => [levelFolder(id), [...objects.values()].map(({ key, size }) => `${key} ${size}`).toSorted()]),
    ]),
  );

/** The highest level of the oldest chain that goes: nobody bases a backup on it. */
function firstOf(catalog: SetCatalog, due: readonly PointDecision[]): readonly PointDecision[] {
  const inChain = catalog.chains.map(({ t0 }) => due.filter(({ entry }) => entry.id.t0 === t0)).find((some) => some.length > 0) ?? [];
  return inChain.toSorted((a, b) => b.entry.id.level - a.entry.id.level || b.entry.id.t - a.entry.id.t).slice(0, 1);
}

const keyOf = ({ id }: Pick<CatalogLevel, 'id'>): string => `${id.t0}/${levelFolder(id)}`;

function bytesOf(catalog: SetCatalog, keys: ReadonlySet<string>): number {
  const levels = catalog.chains.flatMap((chain) => chain.levels.filter((level) => keys.has(keyOf(level))));
  return levels.reduce((sum, { objects }) => sum + [...objects].reduce((size, [name, info]) => size + (isData(name) ? info.size : 0), 0), 0);
}

/** Swift keeps the data in parts beside an empty object. */
const isData = (name: string): boolean => name === 'data' || name.startsWith('segments/');

/** Why a level must stay for the sake of a pin; undefined for one that need not. */
async function pinsOf({ storage, signal }: RunContext, catalog: SetCatalog, views: readonly ChainView[]): Promise<(id: LevelId) => string | undefined> {
  const reasons = new Map<string, string>();
  for (const chain of catalog.chains.filter(({ levels }) => levels.some(isPinned))) {
    const view = views.find(({ t0 }) => t0 === chain.t0);
    const doubtful = doubtfulPin(chain, view);
    for (const level of chain.levels) {
      const pin = await readPin(storage, catalog, level, { signal });
      if (pin) reasons.set(keyOf(level), pinReason(pin));
      else if (doubtful && level.id.level < doubtful.level) reasons.set(keyOf(level), belowDoubtfulPin(doubtful));
    }
  }
  return (id) => reasons.get(keyOf({ id }));
}

function busyChains(catalog: SetCatalog, now: number): ReadonlySet<number> {
  const isBusy = (chain: CatalogChain) => unclaimedLevels(chain).some(({ id }) => now - id.t < UNCLAIMED_GRACE_SECONDS);
  return new Set(catalog.chains.filter(isBusy).map(({ t0 }) => t0));
}

function orphansOf(catalog: SetCatalog, { orphansOlderThanSeconds }: AdminRequest, now: number): readonly CatalogLevel[] {
  if (orphansOlderThanSeconds === undefined) return [];
  return catalog.chains.flatMap((chain) => unclaimedLevels(chain).filter(({ id }) => now - id.t > orphansOlderThanSeconds));
}

/** What was removed on purpose is no loss. */
async function forgetRemoved(context: RunContext, catalog: SetCatalog, removed: readonly PointDecision[]): Promise<void> {
  const set = { storage: context.storage.label, engine: catalog.engine, set: catalog.set };
  const last = await readPointRecord(context.stateDir, set);
  if (removed.some(({ entry }) => entry.id.t0 === last?.t0 && entry.id.t === last.t)) await forgetPointRecord(context.stateDir, set);
}

/** Chain by chain, the oldest first: should it stop in between, what is left is whole. */
async function removeAll(context: RunContext, catalog: SetCatalog, removed: readonly PointDecision[], options: CallOptions): Promise<void> {
  for (const chain of catalog.chains) {
    const names = new Set(removed.filter(({ entry }) => entry.id.t0 === chain.t0).map(({ entry }) => levelFolder(entry.id)));
    const levels = chain.levels.filter(({ id, committed }) => committed && names.has(levelFolder(id)));
    if (levels.length === 0) continue;
    await removeLevels(context, catalog, chain, levels, options);
    context.logger.info({ set: catalog.set, chain: chain.t0, levels: levels.length }, 'levels removed');
  }
}
