import { FreezerError, messageOf, type SetId, setName } from '@freezer/core';
import { clearRemains, clearTemporary, isPinned, LevelReader, readCatalog, type SetCatalog, SetLock } from '@freezer/format';
import { type IsSpared, neededByPins } from './pins/needed-by-pins.ts';
import type { RunContext } from './run-context.ts';
import type { WorkFolder } from './work-folder.ts';

/** What an action asks for that changes a set. */
export interface HoldRequest {
  readonly set: SetId;
  /** 0: fail at once when another run holds it. */
  readonly waitSeconds: number;
  /** Nothing is locked, and nothing cleared away. */
  readonly dryRun: boolean;
  /** It removes and adds nothing: where there is no space for the lock on the storage it goes on, see `SetLock.lacksSpace`. */
  readonly toMakeRoom?: boolean;
}

/** What locking needs of a run. */
export type LockContext = Pick<RunContext, 'storage' | 'stateDir' | 'owner' | 'logger' | 'now' | 'signal'> & { readonly work: Pick<WorkFolder, 'path'> };

/** Locks a set, after the temporary folders of dead runs were removed. Undefined for a dry run. Fails with `conflict`, naming the owner. */
export async function holdSet(context: LockContext, { set, waitSeconds, dryRun, toMakeRoom }: HoldRequest): Promise<SetLock | undefined> {
  if (dryRun) return undefined;
  // A run that was killed while it placed its lock may have left a claim on that very name among them, as on FTP.
  await clearTemporary(context);
  const { storage, stateDir, work, owner, logger, now, signal } = context;
  return SetLock.acquire({ storage, stateDir, workDir: work.path, engine: set.engine, set: setName(set), owner, logger, now, waitSeconds, signal, toMakeRoom });
}

/** The catalog of a set that is held, after what dead runs left in it was ended. */
export async function catalogOfHeld(context: RunContext, { set, dryRun, toMakeRoom }: HoldRequest): Promise<SetCatalog> {
  const { storage, signal } = context;
  const catalog = await readCatalog(storage, set.engine, setName(set), { signal });
  if (dryRun) return catalog;
  const isSpared = await sparedOf(context, catalog);
  const changed = await clearRemains(context, catalog, { signal, isSpared }).catch((error: unknown) => {
    if (toMakeRoom !== true || !FreezerError.is(error, 'no_space')) throw error;
    context.logger.warn({ set: setName(set), reason: messageOf(error) }, 'what a dead run began is ended when there is space for it');
    return true;
  });
  return changed ? readCatalog(storage, set.engine, setName(set), { signal }) : catalog;
}

/** What has to stay for the sake of pins, of what is no backup any more. Without pins nothing is read. */
export async function sparedOf(context: RunContext, catalog: SetCatalog): Promise<IsSpared> {
  if (!catalog.chains.some(({ levels }) => levels.some(isPinned))) return () => false;
  const reader = new LevelReader({ storage: context.storage, catalog, keyring: context.keyring, passphrases: [], logger: context.logger });
  return neededByPins(reader, catalog, { signal: context.signal });
}
