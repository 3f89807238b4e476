import type { HeldEntry } from '@freezer/core';
import type { PointEntry } from '@freezer/format';
import { type EntryFacet, facetsThatDiffer } from './entry-listing.ts';

/** What became of a path between two points. */
export type PointDifference =
  | { readonly change: 'added'; readonly entry: HeldEntry }
  | { readonly change: 'removed'; readonly entry: HeldEntry }
  | { readonly change: 'changed'; readonly entry: HeldEntry; readonly older: HeldEntry; readonly facets: readonly EntryFacet[] };

/**
 * Compares two points, each sorted by the bytes of the paths; holds one entry of each. The time of a directory, which changes with every name
 * in it, is no difference.
 */
export async function* comparePoints(older: AsyncIterable<PointEntry>, newer: AsyncIterable<PointEntry>): AsyncGenerator<PointDifference> {
  const left = older[Symbol.asyncIterator]();
  const right = newer[Symbol.asyncIterator]();
  try {
    let [old, now] = [await left.next(), await right.next()];
    while (!old.done || !now.done) {
      if (!old.done && (now.done || old.value.entry.path < now.value.entry.path)) {
        yield { change: 'removed', entry: old.value.entry };
        old = await left.next();
      } else if (!now.done && (old.done || now.value.entry.path < old.value.entry.path)) {
        yield { change: 'added', entry: now.value.entry };
        now = await right.next();
      } else if (!old.done && !now.done) {
        const difference = differenceOf(old.value.entry, now.value.entry);
        if (difference) yield difference;
        [old, now] = [await left.next(), await right.next()];
      }
    }
  } finally {
    await left.return?.();
    await right.return?.();
  }
}

function differenceOf(older: HeldEntry, entry: HeldEntry): PointDifference | undefined {
  const isDirectory = older.type === 'directory' && entry.type === 'directory';
  const facets = facetsThatDiffer(older, entry).filter((facet) => !(isDirectory && facet === 'mtime'));
  return facets.length === 0 ? undefined : { change: 'changed', entry, older, facets };
}
