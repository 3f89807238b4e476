import { type CallOptions, descentsOf } from '@freezer/core';
import { type CatalogChain, type CatalogLevel, isPinned, type LevelReader, type SetCatalog } from '@freezer/format';
import { type ChainView, viewChain } from '../chain-view.ts';

/** Tells of a level that is no backup (any more) whether it has to stay: it is pinned, or a pinned one above it may stand on it. */
export type IsSpared = (level: CatalogLevel) => boolean;

/**
 * Of a chain, the highest pinned level of which something below is missing; -1 when there is none. On what such a level stands cannot be told,
 * so nothing below it may go.
 */
function highestBrokenPin(chain: CatalogChain, view: ChainView): number {
  const descents = descentsOf(view);
  const whole = new Set([...descents].flatMap(([{ id }, descent]) => (descent.ok ? [id] : [])));
  return Math.max(-1, ...chain.levels.filter((level) => isPinned(level) && !whole.has(level.id)).map(({ id }) => id.level));
}

/** Reads the manifests of chains that have pins, and of no others. */
export async function neededByPins(reader: LevelReader, catalog: SetCatalog, options: CallOptions): Promise<IsSpared> {
  const highest = new Map<number, number>();
  for (const chain of catalog.chains) {
    if (chain.levels.some(isPinned)) highest.set(chain.t0, highestBrokenPin(chain, await viewChain(reader, chain, options)));
  }
  return (level) => isPinned(level) || level.id.level < (highest.get(level.id.t0) ?? -1);
}
