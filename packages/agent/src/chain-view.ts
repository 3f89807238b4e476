import { type CallOptions, type Chain, FreezerError, type LevelEntry, type Logger, levelFolder, messageOf } from '@freezer/core';
import { type CatalogChain, type CatalogLevel, committedLevels, type LevelReader, type ReadManifest, type SetCatalog } from '@freezer/format';

/** A chain as the rules of core see it, with what stands behind each entry. */
export interface ChainView extends Chain {
  readonly levels: readonly LevelView[];
}

export interface LevelView extends LevelEntry {
  readonly level: CatalogLevel;
  /** As it stands there, not checked. */
  readonly manifest: ReadManifest | undefined;
  /** Why the manifest could not be read, if so. */
  readonly damage: FreezerError | undefined;
}

async function viewLevel(reader: LevelReader, level: CatalogLevel, options: CallOptions): Promise<LevelView> {
  const plain = { id: level.id, superseded: level.superseded, level };
  try {
    const manifest = await reader.peek(level, options);
    const base = manifest?.document.base;
    return { ...plain, manifest, damage: undefined, base: base ? { level: base.level, t: base.t } : undefined, complete: manifest?.document.complete };
  } catch (error) {
    if (!FreezerError.is(error)) throw error;
    return { ...plain, manifest: undefined, damage: error };
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

/** Says which manifests of a set cannot be read. */
export function warnOfDamage(views: readonly ChainView[], set: string, logger: Logger): void {
  for (const view of views) {
    for (const { id, damage } of view.levels)
      if (damage) logger.warn({ set, chain: id.t0, level: levelFolder(id), reason: messageOf(damage) }, 'manifest cannot be read');
  }
}
