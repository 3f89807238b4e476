import type { CallOptions } from '@freezer/core';
import { type CatalogChain, type CatalogLevel, supersede } from '@freezer/format';
import type { CopyEnds } from './copy-level.ts';

/** What the target shows of a chain: what it had, and what was copied. */
export interface Shown {
  readonly had: CatalogChain | undefined;
  readonly copied: readonly CatalogLevel[];
}

/**
 * Of several visible levels of one number Python Freezer restores any. A backup hides the older ones when it makes a new one; a target that is
 * filled after each backup has them from the time when they were the newest, so they are hidden there, too. Looks at what there is, so that the
 * next copy ends what a dead one began.
 */
export async function hideOlder({ to, catalog, check }: CopyEnds, { had, copied }: Shown, options: CallOptions): Promise<void> {
  const visible = [...(had?.levels.filter(({ committed }) => committed) ?? []), ...copied].filter(({ superseded }) => !superseded);
  const isOlder = ({ id }: CatalogLevel): boolean => visible.some((other) => other.objects.has('manifest') && other.id.level === id.level && other.id.t > id.t);
  for (const { id } of visible.filter(isOlder)) {
    await check();
    await supersede(to.storage, catalog, id, options);
  }
}
