import { type CallOptions, type Chain, FreezerError, type LevelEntry, type Logger, levelFolder, messageOf } from '@freezer/core';
import { type CatalogChain, type CatalogLevel, committedLevels, type LevelReader, type ReadManifest, type SetCatalog } from '@freezer/format';
import { levelFault } from './level-fault.ts';

/** A chain as the rules of core see it, with what stands behind each entry. */
export interface ChainView extends Chain {
  readonly levels: readonly LevelView[];
}

export interface LevelView extends LevelEntry {
  readonly level: CatalogLevel;
  /** As it stands there, not checked. */
  readonly manifest: ReadManifest | undefined;
  /** Why the manifest could not be read, or what a listing tells to be wrong with the level. It is then no point to rely on. */
  readonly damage: FreezerError | undefined;
}

async function viewLevel(reader: LevelReader, level: CatalogLevel, options: CallOptions): Promise<LevelView> {
  const plain = { id: level.id, superseded: level.superseded, level };
  try {
    const manifest = await reader.peekOwn(level, options);
    const base = manifest?.document.base;
    const damage = levelFault(level, manifest);
    const complete = damage === undefined ? manifest?.document.complete : false;
    return { ...plain, manifest, damage, base: base ? { level: base.level, t: base.t } : undefined, complete };
  } catch (error) {
    if (!FreezerError.is(error)) throw error;
    return { ...plain, manifest: undefined, damage: error, complete: false };
  }
}

/** Reads the manifests of a chain, so that its points are known. A manifest that cannot be read does not hide the others. */
export async function viewChain(reader: LevelReader, chain: CatalogChain, options: CallOptions = {}): Promise<ChainView> {
  const levels: LevelView[] = [];
  for (const level of committedLevels(chain)) levels.push(await viewLevel(reader, level, options));
  return { t0: chain.t0, levels };
}

/** Every chain that has a backup. */
export async function viewChains(reader: LevelReader, catalog: SetCatalog, options: CallOptions = {}): Promise<readonly ChainView[]> {
  const views: ChainView[] = [];
  for (const chain of catalog.chains) if (committedLevels(chain).length > 0) views.push(await viewChain(reader, chain, options));
  return views;
}

/** Says which levels of a set are damaged, as far as a listing tells. */
export function warnOfDamage(views: readonly ChainView[], set: string, logger: Logger): void {
  for (const view of views) {
    for (const { id, damage } of view.levels)
      if (damage) logger.warn({ set, chain: id.t0, level: levelFolder(id), reason: messageOf(damage) }, 'level is damaged');
  }
}
