import { type CallOptions, type Chain, descentsOf, FreezerError, type LevelEntry, type Logger, levelFolder, messageOf } from '@freezer/core';
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
  /** Why the level cannot be restored although all that it stands on is there: its own damage, or that of a level below, or a base that is not its own. */
  readonly fault: FreezerError | undefined;
}

/** Of a level by itself. */
type LooseView = Omit<LevelView, 'fault'>;

async function viewLevel(reader: LevelReader, level: CatalogLevel, options: CallOptions): Promise<LooseView> {
  const plain = { id: level.id, superseded: level.superseded, level };
  try {
    const manifest = await reader.peekOwn(level, options);
    const base = manifest?.document.base;
    const damage = levelFault(level, manifest);
    return { ...plain, manifest, damage, base: base ? { level: base.level, t: base.t } : undefined, complete: manifest?.document.complete };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!FreezerError.is(error)) throw error;
    return { ...plain, manifest: undefined, damage: error };
  }
}

/** Reads the manifests of a chain, so that its points are known. A manifest that cannot be read does not hide the others. */
export async function viewChain(reader: LevelReader, chain: CatalogChain, options: CallOptions = {}): Promise<ChainView> {
  const levels: LooseView[] = [];
  for (const level of committedLevels(chain)) levels.push(await viewLevel(reader, level, options));
  return { t0: chain.t0, levels: withFaults({ t0: chain.t0, levels }) };
}

/** A point to rely on has no fault: one that has is not complete. */
function withFaults(chain: { readonly t0: number; readonly levels: readonly LooseView[] }): readonly LevelView[] {
  const descents = descentsOf(chain);
  const views = new Map<LevelEntry, LevelView>();
  // A base comes before what stands on it.
  for (const level of chain.levels.toSorted((a, b) => a.id.level - b.id.level)) {
    const descent = descents.get(level);
    const base = descent?.ok ? descent.levels.at(-2) : undefined;
    const fault = faultOf(level, base && views.get(base));
    views.set(level, { ...level, fault, complete: fault === undefined ? level.complete : false });
  }
  return chain.levels.flatMap((level) => views.get(level) ?? []);
}

function faultOf(level: LooseView, base: LevelView | undefined): FreezerError | undefined {
  // Null, where Python made the base.
  const named = level.manifest?.document.base?.manifest ?? undefined;
  const isOther = base !== undefined && base.damage === undefined && named !== undefined && named !== base.manifest?.digest;
  const other = isOther ? new FreezerError('corrupt', `${levelFolder(level.id)} was not made from the level below it`) : undefined;
  const faults = [base?.fault, level.damage, other].filter((fault) => fault !== undefined);
  return faults.find(isLasting) ?? faults[0];
}

/** Whether it will not come right by itself. Anything else says nothing about the level: a server that is away, a right that is missing, a newer format. */
export const isLasting = ({ code }: FreezerError): boolean => code === 'corrupt' || code === 'not_found';

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
      if (damage)
        logger.warn(
          { set, chain: id.t0, level: levelFolder(id), reason: messageOf(damage) },
          isLasting(damage) ? 'level is damaged' : 'level cannot be read now',
        );
  }
}
