import { type CallOptions, type Descent, descentsOf, type LevelId, levelFolder } from '@freezer/core';
import { type CatalogChain, type CatalogLevel, isPinned, type LevelReader, type SetCatalog } from '@freezer/format';
import { type ChainView, type LevelView, viewChain } from '../chain-view.ts';

/** Tells of a level that is no backup (any more) whether it has to stay: it is pinned, or a pinned one above it may stand on it. */
export type IsSpared = (level: CatalogLevel) => boolean;

/** Reads the manifests of chains that have pins, and of no others. */
export async function neededByPins(reader: LevelReader, catalog: SetCatalog, options: CallOptions): Promise<IsSpared> {
  const doubtful = new Map<number, LevelId>();
  for (const chain of catalog.chains) {
    const id = chain.levels.some(isPinned) ? doubtfulPin(chain, await viewChain(reader, chain, options)) : undefined;
    if (id) doubtful.set(chain.t0, id);
  }
  return (level) => isPinned(level) || level.id.level < (doubtful.get(level.id.t0)?.level ?? -1);
}

/**
 * Of a chain, the highest pinned level of which it cannot be told for sure what it stands on: something below it is missing, or a manifest that
 * would name its base cannot be read. Nothing below it may go.
 */
export function doubtfulPin(chain: CatalogChain, view: ChainView | undefined): LevelId | undefined {
  const descents = view ? descentsOf(view) : new Map<LevelView, Descent>();
  const sure = new Set([...descents].flatMap(([{ id }, descent]) => (descent.ok && descent.levels.every((entry) => !isUnread(view, entry.id)) ? [id] : [])));
  const doubtful = chain.levels.filter((level) => isPinned(level) && !sure.has(level.id));
  return doubtful.toSorted((a, b) => b.id.level - a.id.level)[0]?.id;
}

function isUnread(view: ChainView | undefined, id: LevelId): boolean {
  const entry = view?.levels.find((known) => known.id === id);
  return entry?.level.objects.has('manifest') === true && entry.manifest === undefined;
}

/** Why a level below such a pin stays. */
export const belowDoubtfulPin = (id: LevelId): string => `${levelFolder(id)} above it is pinned, and what that needs cannot be told`;
