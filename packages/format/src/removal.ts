import { type CallOptions, collect, dataPrefix, FreezerError, type LevelId, levelFolder, metadataPrefix, objectKey, once, type Storage } from '@freezer/core';
import type { CatalogChain, CatalogLevel, SetCatalog } from './catalog.ts';
import { type Owner, ownerBytes } from './owner.ts';
import { refusePinned } from './pin.ts';
import { removeObjects } from './remove-objects.ts';

export interface RemovalDeps {
  readonly storage: Storage;
  readonly owner: Owner;
  readonly now: () => number;
}

const levelPrefix = (catalog: SetCatalog, id: LevelId): string => `${dataPrefix(catalog.engine, catalog.set)}/${id.t0}/${levelFolder(id)}`;

/**
 * Removes levels of one chain. First each gets `removing`, then what makes them visible goes (the highest first), then the data, `removing`
 * last: a kill in between leaves what the next run ends or takes back. Stopped or refused half-way it does that itself before it fails.
 * Where there is no space for `removing`, the highest level goes without it, and makes room.
 * Fails with `conflict` before anything is touched when one of them is pinned.
 */
export async function removeLevels(
  deps: RemovalDeps,
  catalog: SetCatalog,
  chain: CatalogChain,
  levels: readonly CatalogLevel[],
  options: CallOptions = {},
): Promise<void> {
  refusePinned(levels, catalog.set);
  const topDown = levels.toSorted((a, b) => b.id.level - a.id.level || b.id.t - a.id.t);
  try {
    await removeTopDown(deps, catalog, chain, topDown, options);
  } catch (error) {
    // A storage that fails here too leaves it to the next run.
    for (const level of topDown) await settle(deps, catalog, level).catch(() => undefined);
    throw error;
  }
}

async function removeTopDown(
  deps: RemovalDeps,
  catalog: SetCatalog,
  chain: CatalogChain,
  topDown: readonly CatalogLevel[],
  options: CallOptions,
): Promise<void> {
  const { storage } = deps;
  if (!(await markAll(deps, catalog, topDown, options))) {
    // The highest makes room for the marks of the others. Killed in the middle of it what is left of it is data that nobody claims.
    const [first, ...others] = topDown;
    if (first) await takeAway(storage, catalog, chain, [first], options);
    if (others.length > 0) await removeTopDown(deps, catalog, { ...chain, levels: chain.levels.filter((level) => level !== first) }, others, options);
    return;
  }
  await takeAway(storage, catalog, chain, topDown, options);
}

/** False, and no mark stays, where there is no space for them. */
async function markAll(deps: RemovalDeps, catalog: SetCatalog, levels: readonly CatalogLevel[], options: CallOptions): Promise<boolean> {
  const { storage } = deps;
  const keys = levels.map(({ id }) => objectKey(catalog.engine, catalog.set, id, 'removing'));
  try {
    for (const key of keys) await storage.put(key, once(ownerBytes({ ...deps.owner, at: deps.now() })), options);
    return true;
  } catch (error) {
    if (!FreezerError.is(error, 'no_space')) throw error;
    for (const key of keys) await storage.remove(key, options);
    return false;
  }
}

async function takeAway(storage: Storage, catalog: SetCatalog, chain: CatalogChain, topDown: readonly CatalogLevel[], options: CallOptions): Promise<void> {
  const key = (id: LevelId) => objectKey(catalog.engine, catalog.set, id, 'superseded');
  // Nothing stands on a superseded level, so these go first: a chain that is half hidden still restores.
  for (const { id, objects } of topDown) if (objects.has('superseded')) await storage.remove(key(id), options);
  await hide(storage, catalog, chain, topDown, options);
  for (const { id } of topDown) await removeObjects(storage, levelPrefix(catalog, id), 'removing', options);
}

/** Of a level that is hidden already all goes; one that is still seen stays a backup. */
async function settle(deps: RemovalDeps, catalog: SetCatalog, { id }: CatalogLevel): Promise<void> {
  const { storage } = deps;
  const has = async (name: 'metadata' | 'superseded') => (await storage.stat(objectKey(catalog.engine, catalog.set, id, name))) !== undefined;
  if ((await has('metadata')) || (await has('superseded'))) await storage.remove(objectKey(catalog.engine, catalog.set, id, 'removing'));
  else await finishRemoval(deps, catalog, id);
}

/**
 * Takes levels out of `metadata/`, one after the other: where a tree goes object by object, a whole chain at once could lose its full first.
 * The last one goes with the folder of its chain, which is never seen empty.
 */
async function hide(storage: Storage, catalog: SetCatalog, chain: CatalogChain, topDown: readonly CatalogLevel[], options: CallOptions): Promise<void> {
  const isVisible = ({ objects }: CatalogLevel) => objects.has('metadata');
  const chainPrefix = `${metadataPrefix(catalog.engine, catalog.set)}/${chain.t0}`;
  const visible = topDown.filter(isVisible);
  const wholeChain = chain.levels.filter(isVisible).length === visible.length;
  for (const [at, { id }] of visible.entries()) {
    await storage.removeTree(wholeChain && at === visible.length - 1 ? chainPrefix : `${chainPrefix}/${levelFolder(id)}`, options);
  }
}

/** Goes on with a removal whose owner died after the level was hidden. */
export async function finishRemoval({ storage }: RemovalDeps, catalog: SetCatalog, id: LevelId, options: CallOptions = {}): Promise<void> {
  await removeObjects(storage, levelPrefix(catalog, id), 'removing', options);
}

/** Removes what a dead run left of a level that never became a backup. */
export async function removeUnfinished({ storage }: RemovalDeps, catalog: SetCatalog, id: LevelId, options: CallOptions = {}): Promise<void> {
  await removeObjects(storage, levelPrefix(catalog, id), 'started', options);
}

/** Removes data that nobody claims (`admin --remove-orphans`). */
export async function removeUnclaimed(deps: RemovalDeps, catalog: SetCatalog, id: LevelId, options: CallOptions = {}): Promise<void> {
  await deps.storage
    .put(objectKey(catalog.engine, catalog.set, id, 'removing'), once(ownerBytes({ ...deps.owner, at: deps.now() })), options)
    .catch((error: unknown) => {
      // Killed in the middle it is what it was: data that nobody claims.
      if (!FreezerError.is(error, 'no_space')) throw error;
    });
  await removeObjects(deps.storage, levelPrefix(catalog, id), 'removing', options);
}

/**
 * Hides a level from Python Freezer, which would restore any of several at the top: its metadata is copied beside its data as
 * `superseded` first, then taken out of `metadata/`. It stays a backup. Doing it again is harmless.
 */
export async function supersede(
  storage: Storage,
  catalog: { readonly engine: string; readonly set: string },
  id: LevelId,
  options: CallOptions = {},
): Promise<void> {
  const key = (name: 'metadata' | 'superseded') => objectKey(catalog.engine, catalog.set, id, name);
  const size = (await storage.stat(key('metadata'), options))?.size;
  const metadata = await collect(storage.get(key('metadata'), options), { maxBytes: 16 * 1024 * 1024 });
  // A copy that is cut off would take the place of what is whole.
  if (size !== undefined && metadata.length !== size)
    throw new FreezerError('unavailable', `${storage.label}: get of '${key('metadata')}' gave ${metadata.length} of ${size} bytes`);
  await storage.put(key('superseded'), once(metadata), options);
  await storage.removeTree(`${metadataPrefix(catalog.engine, catalog.set)}/${id.t0}/${levelFolder(id)}`, options);
}
