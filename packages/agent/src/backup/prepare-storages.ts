import { FreezerError, levelFolder, messageOf, type SourceLease } from '@freezer/core';
import { LevelReader, type SetCatalog, type SetLock } from '@freezer/format';
import { catalogOfHeld, holdSet } from '../hold-set.ts';
import { warnOfLoss } from '../loss-warning.ts';
import type { RunContext } from '../run-context.ts';
import type { LostStorage, StoragePolicy, StorageRun } from '../several/storage-run.ts';
import type { BackupRequest } from './backup-request.ts';
import { type BackupPlan, chooseBase, warnOfUnclaimed } from './choose-base.ts';

/** A storage whose set is held, and what the next level of it would be. */
export interface PreparedTarget extends StorageRun {
  readonly lock: SetLock | undefined;
  readonly catalog: SetCatalog;
  readonly reader: LevelReader;
  readonly plan: BackupPlan;
}

export type PreparedTargets = readonly [PreparedTarget, ...PreparedTarget[]];

export interface PreparedStorages extends AsyncDisposable {
  readonly targets: PreparedTargets;
  readonly lost: readonly LostStorage[];
}

/** For log lines: which of several storages is meant. */
export const nameOf = ({ name }: { readonly name: string }): { readonly storage?: string } => (name === '' ? {} : { storage: name });

/** Locks the set in each storage, ends what dead runs left there, and decides what comes next. Disposing gives the locks back. */
export async function prepareStorages(
  runs: readonly StorageRun[],
  request: BackupRequest,
  lease: SourceLease,
  policy: StoragePolicy,
): Promise<PreparedStorages> {
  const targets: PreparedTarget[] = [];
  const locks: SetLock[] = [];
  const lost: LostStorage[] = [];
  const release = async (): Promise<void> => {
    for (const lock of locks.toReversed()) await lock[Symbol.asyncDispose]();
  };
  try {
    for (const run of runs) {
      try {
        targets.push(await prepare(run, request, lease, locks));
      } catch (error) {
        run.context.signal.throwIfAborted();
        if (policy === 'all' || runs.length === 1 || !FreezerError.is(error)) throw error;
        run.context.logger.error({ ...nameOf(run), reason: error.message }, 'the storage cannot take the backup; the run goes on without it');
        lost.push({ name: run.name, reason: messageOf(error) });
        if (lost.length === runs.length) throw error;
      }
    }
    const [first, ...others] = targets;
    if (first === undefined) throw new TypeError('prepareStorages: no storage');
    return { targets: [first, ...others], lost, [Symbol.asyncDispose]: release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function prepare(run: StorageRun, request: BackupRequest, lease: SourceLease, locks: SetLock[]): Promise<PreparedTarget> {
  const { context } = run;
  await context.storage.prepare({ signal: context.signal });
  const lock = await holdSet(context, request);
  if (lock) locks.push(lock);
  const catalog = await catalogOfHeld(context, request);
  warnOfUnclaimed(catalog, context.logger);
  const reader = readerOf(context, catalog, request);
  await warnOfLoss(context, catalog, reader);
  return { ...run, lock, catalog, reader, plan: await chooseBase(context, request, catalog, reader, lease) };
}

const readerOf = ({ storage, keyring, logger }: RunContext, catalog: SetCatalog, { encryption }: BackupRequest): LevelReader =>
  new LevelReader({ storage, catalog, keyring, passphrases: encryption ? [encryption.passphrase] : [], logger });

/** One level for all: an increment when each holds the very same base, else a full, which brings them in step again. */
export function agreedPlan(targets: PreparedTargets): BackupPlan {
  const [first, ...others] = targets;
  const earliest = targets.reduce((latest, { plan }) => Math.max(latest, plan.earliest), 0);
  const other = others.find(({ plan }) => baseText(plan) !== baseText(first.plan));
  if (other === undefined) return { ...first.plan, earliest };
  const reason = `the storages are not in step: next would be ${planText(first)} and ${planText(other)}`;
  first.context.logger.warn({ set: first.catalog.set, reason }, 'a new full is made');
  return { level: 0, reason, base: undefined, chain: first.plan.chain, earliest };
}

/** Equal for plans that the same bytes fulfil. */
const baseText = ({ level, base }: BackupPlan): string =>
  base === undefined ? `${level}` : `${level} on ${base.level.id.t0}/${levelFolder(base.level.id)} ${base.manifest?.digest ?? ''}`;

const planText = ({ name, plan }: PreparedTarget): string =>
  plan.base === undefined ? `a full in ${name}` : `level ${plan.level} on ${levelFolder(plan.base.level.id)} in ${name}`;
