import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallOptions,
  collect,
  FreezerError,
  type LevelId,
  type Logger,
  levelFolder,
  messageOf,
  objectKey,
  type Storage,
  type StorageRemains,
} from '@freezer/core';
import type { CatalogChain, CatalogLevel, SetCatalog } from './catalog.ts';
import { isDead, type Owner, parseOwner } from './owner.ts';
import { isPinned, reportSpared } from './pin.ts';
import { finishRemoval, type RemovalDeps, removeUnfinished, supersede } from './removal.ts';

export interface RemainsDeps extends RemovalDeps {
  readonly logger: Logger;
}

/** What is left of a level and may be needed by a pinned one. */
export interface RemainsOptions extends CallOptions {
  /** Levels that are not to be removed, besides the pinned ones. */
  readonly isSpared?: (level: CatalogLevel) => boolean;
}

const OWNER_MAX_BYTES = 65_536;

async function ownerOf(storage: Storage, key: string, options: CallOptions): Promise<Owner | undefined> {
  try {
    return parseOwner(await collect(storage.get(key, options), { maxBytes: OWNER_MAX_BYTES }));
  } catch (error) {
    if (FreezerError.is(error, 'not_found') || FreezerError.is(error, 'too_large')) return undefined;
    throw error;
  }
}

/** Whether the object `name` of a level (`started`, `removing`) was left by a dead run. False when it is absent. */
async function leftByTheDead(
  deps: RemainsDeps,
  catalog: SetCatalog,
  level: CatalogLevel,
  name: 'started' | 'removing',
  options: CallOptions,
): Promise<boolean> {
  const info = level.objects.get(name);
  if (info === undefined) return false;
  const owner = await ownerOf(deps.storage, objectKey(catalog.engine, catalog.set, level.id, name), options);
  return isDead(owner, { self: deps.owner, now: deps.now(), writtenAt: info.modifiedAt });
}

async function clearLevel(deps: RemainsDeps, catalog: SetCatalog, level: CatalogLevel, options: RemainsOptions): Promise<boolean> {
  const hidden = !level.objects.has('metadata') && !level.objects.has('superseded');
  const isLeft = level.objects.has('removing') || level.objects.has('started');
  if (hidden && isLeft && (isPinned(level) || options.isSpared?.(level))) {
    reportSpared(deps.logger, catalog.set, level);
    return false;
  }
  if (await leftByTheDead(deps, catalog, level, 'removing', options)) {
    if (hidden) await finishRemoval(deps, catalog, level.id, options);
    else await deps.storage.remove(objectKey(catalog.engine, catalog.set, level.id, 'removing'), options);
    return true;
  }
  if (await leftByTheDead(deps, catalog, level, 'started', options)) {
    if (hidden) await removeUnfinished(deps, catalog, level.id, options);
    else await deps.storage.remove(objectKey(catalog.engine, catalog.set, level.id, 'started'), options);
    return true;
  }
  return false;
}

/** A level that is both `superseded` and visible: a run died between the two steps. */
async function endSuperseding(deps: RemainsDeps, catalog: SetCatalog, chain: CatalogChain, options: CallOptions): Promise<LevelId[]> {
  const both = chain.levels.filter((level) => level.committed && level.objects.has('superseded') && level.objects.has('metadata'));
  const ended: LevelId[] = [];
  for (const { id } of both) {
    const hasSuccessor = chain.levels.some((other) => other.committed && other.id.level === id.level && other.id.t > id.t);
    const isEnded = hasSuccessor ? await supersedeIfAllowed(deps, catalog, id, options) : await takeBackIfAllowed(deps, catalog, id, options);
    if (isEnded) ended.push(id);
  }
  return ended;
}

/** What a user may not remove, as when root made it, is a warning: it must not keep each later run from its own. Resolves to whether it was done. */
async function unlessRefused(
  { logger }: Pick<RemainsDeps, 'logger'>,
  { set, id, warning }: { readonly set: string; readonly id: LevelId; readonly warning: string },
  removal: Promise<unknown>,
): Promise<boolean> {
  try {
    await removal;
    return true;
  } catch (error) {
    if (!FreezerError.is(error, 'permission_denied')) throw error;
    logger.warn({ set, chain: id.t0, level: levelFolder(id), reason: messageOf(error) }, warning);
    return false;
  }
}

/** It has no successor: what was to supersede it did not come to be. */
function takeBackIfAllowed(deps: RemainsDeps, { engine, set }: SetCatalog, id: LevelId, options: CallOptions): Promise<boolean> {
  const warning = 'the mark of a level that was not superseded after all cannot be removed';
  return unlessRefused(deps, { set, id, warning }, deps.storage.remove(objectKey(engine, set, id, 'superseded'), options));
}

/** As `supersede`, but a level that this user may not take out of `metadata/` is a warning: it is none the less a backup. Resolves to whether it is hidden. */
export function supersedeIfAllowed(
  deps: Pick<RemainsDeps, 'storage' | 'logger'>,
  catalog: { readonly engine: string; readonly set: string },
  id: LevelId,
  options: CallOptions = {},
): Promise<boolean> {
  const warning = 'a superseded level cannot be hidden: Freezer in Python may restore it in place of a newer one';
  return unlessRefused(deps, { set: catalog.set, id, warning }, supersede(deps.storage, catalog, id, options));
}

/** An older top level that ours superseded without getting to say so: the new one was committed, then the run died. */
async function supersedeForgotten(deps: RemainsDeps, catalog: SetCatalog, chain: CatalogChain, options: CallOptions): Promise<LevelId[]> {
  const visible = chain.levels.filter((level) => level.committed && !level.superseded);
  const done: LevelId[] = [];
  for (const level of visible) {
    const successors = visible.filter((other) => other.objects.has('manifest') && other.id.level === level.id.level && other.id.t > level.id.t);
    const died = await Promise.all(successors.map((other) => leftByTheDead(deps, catalog, other, 'started', options)));
    const isForgotten = died.includes(true) && !level.objects.has('superseded');
    if (isForgotten && (await supersedeIfAllowed(deps, catalog, level.id, options))) done.push(level.id);
  }
  return done;
}

/**
 * Ends what dead runs began in a set: unfinished levels go, removals go on or are taken back, superseding is completed.
 * What is pinned stays as it is. The lock of the set must be held. Resolves to whether anything changed, so that the catalog is to be read again.
 */
export async function clearRemains(deps: RemainsDeps, catalog: SetCatalog, options: RemainsOptions = {}): Promise<boolean> {
  let changed = false;
  for (const chain of catalog.chains) {
    const ended = [...(await endSuperseding(deps, catalog, chain, options)), ...(await supersedeForgotten(deps, catalog, chain, options))];
    for (const level of chain.levels) if (await clearLevel(deps, catalog, level, options)) ended.push(level.id);
    for (const id of ended) deps.logger.info({ set: catalog.set, chain: id.t0, level: levelFolder(id) }, 'what a dead run left was ended');
    changed ||= ended.length > 0;
  }
  return changed;
}

/** How long the making of a temporary folder may take between the folder and its owner file. */
const MAKING_MS = 200;

/** Removes the temporary folders of dead runs from a storage. Resolves to their number. */
export async function clearTemporary({ storage, owner: self, now, logger }: RemainsDeps): Promise<number> {
  const { remains } = storage;
  if (remains === undefined) return 0;
  const dead: string[] = [];
  const nameless: string[] = [];
  for await (const { runId, owner, modifiedAt } of remains.list()) {
    const known = owner === undefined ? undefined : parseOwner(owner);
    if (owner === undefined) nameless.push(runId);
    else if (await isDead(known, { self, now: now(), writtenAt: modifiedAt })) dead.push(runId);
  }
  if (nameless.length > 0) dead.push(...(await stillNameless(remains, nameless)));
  for (const runId of dead) {
    await remains.remove(runId);
    logger.info({ run: runId }, 'temporary folder of a dead run removed');
  }
  return dead.length;
}

/** A folder without owner is being made right now, or its maker died before it could write one: nothing of a backup lies in it. */
async function stillNameless(remains: StorageRemains, nameless: readonly string[]): Promise<readonly string[]> {
  await sleep(MAKING_MS);
  const found: string[] = [];
  for await (const { runId, owner } of remains.list()) if (owner === undefined && nameless.includes(runId)) found.push(runId);
  return found;
}
