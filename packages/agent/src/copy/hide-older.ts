import { type CallOptions, FreezerError, levelFolder } from '@freezer/core';
import { type CatalogLevel, supersede } from '@freezer/format';
import type { CopyEnds } from './copy-level.ts';
import type { TargetChain } from './target-chain.ts';

/** A level that stayed visible although a newer one took its place. */
export interface NotHidden {
  readonly level: CatalogLevel;
  readonly error: FreezerError;
}

/**
 * Of several visible levels of one number Python Freezer restores any. A backup hides the older ones when it makes a new one; a target that is
 * filled after each backup has them from the time when they were the newest, so they are hidden there, too, once `newer` is there and known to be
 * whole. Looks at what there is, so that the next copy ends what a dead one began. What a visible level stands on stays. Resolves to what was not hidden.
 */
export async function hideOlder(
  { to, catalog, check }: CopyEnds,
  target: TargetChain,
  newer: CatalogLevel,
  options: CallOptions,
): Promise<readonly NotHidden[]> {
  // Python's hides nothing, there as here.
  if (newer.superseded || !newer.objects.has('manifest')) return [];
  const older = target.visible.filter(({ id }) => id.level === newer.id.level && id.t < newer.id.t);
  if (older.length === 0) return [];
  const bases = await target.bases(options);
  const failed: NotHidden[] = [];
  for (const level of older) {
    await check();
    try {
      if (bases.has(levelFolder(level.id))) throw new FreezerError('conflict', 'a level that it sees stands on it');
      await supersede(to.storage, catalog, level.id, options);
      target.hidden(level);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!FreezerError.is(error)) throw error;
      failed.push({ level, error });
    }
  }
  return failed;
}
