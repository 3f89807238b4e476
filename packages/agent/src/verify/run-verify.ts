import { createHash } from 'node:crypto';
import { FreezerError, formatUtc, levelFolder, messageOf, type SetId, setName } from '@freezer/core';
import { LevelReader, readCatalog } from '@freezer/format';
import { viewChains } from '../chain-view.ts';
import { dataBytes } from '../data-bytes.ts';
import { warnOfLoss } from '../loss-warning.ts';
import type { RunContext } from '../run-context.ts';
import { withEngineOf } from '../set-engine.ts';
import type { Subset } from '../settings/subset.ts';
import { checkUnit, type Findings } from './check-level.ts';
import { isRemovedMeanwhile } from './removed-meanwhile.ts';
import { planRollingRun } from './rolling-plan.ts';
import { RollingState } from './rolling-state.ts';
import { PART_BYTES, unitsOf, type VerifyDepth, type VerifySet, type VerifyUnit } from './verify-unit.ts';

export interface VerifyRequest {
  readonly sets: readonly SetId[];
  /** Epoch seconds: only levels at or before it. */
  readonly at: number | undefined;
  readonly depth: VerifyDepth;
  /** Undefined: all. */
  readonly subset: Subset | undefined;
  /** Whose turns these are, when they are taken in turns. */
  readonly scope: readonly string[];
  readonly dryRun: boolean;
  /** Default `PART_BYTES`. */
  readonly partBytes?: number | undefined;
}

/** A unit that was read, and what was found. */
export interface VerifiedUnit extends Findings {
  readonly unit: VerifyUnit;
}

/** How much of everything the runs have read by now, of those that take turns. */
export interface Coverage {
  /** 0 to 1, of the bytes. */
  readonly share: number;
  readonly bytes: number;
  /** Epoch seconds of the oldest reading that counts; undefined when nothing was read. */
  readonly since: number | undefined;
}

/** What one run did, known when it has ended. */
export interface VerifySummary {
  /** What there is to read: units and their bytes. */
  readonly total: { readonly units: number; readonly bytes: number };
  /** Undefined when no turns are taken. */
  readonly coverage: Coverage | undefined;
  /** Sets that could not be looked at. */
  readonly failedSets: readonly { readonly set: string; readonly error: string }[];
}

/**
 * Reads units of some sets and says what is damaged; goes on after each. What takes turns is remembered as soon as it was read well. Fails with
 * `not_found` when a set that stands alone is not there.
 */
export async function* runVerify(context: RunContext, request: VerifyRequest): AsyncGenerator<VerifiedUnit, VerifySummary> {
  const { sets, failedSets } = await openSets(context, request.sets);
  const partBytes = context.storage.capabilities.rangeRead ? (request.partBytes ?? PART_BYTES) : undefined;
  const units = sets.flatMap((set) => unitsOf(set, { depth: request.depth, at: request.at, partBytes }));
  if (units.length === 0 && failedSets.length === 0) throw nothingThere(context, request);
  await using state = request.subset?.kind === 'share' ? await openState(context, request, units) : undefined;
  const chosen = chosenOf(units, request.subset, state);
  if (request.depth !== 'manifests') context.progress.expect(chosen.reduce((sum, { level, part }) => sum + (part?.length ?? dataBytes([level])), 0));
  for (const unit of chosen) {
    context.logger.debug({ set: setName(unit.set.id), level: levelFolder(unit.level.id), depth: request.depth }, 'verifying level');
    const findings = await checkUnit(await withEngineOf(context, unit.set.id), unit, request.depth);
    if (findings.problems.length > 0 && (await isRemovedMeanwhile(context, unit))) {
      context.logger.info({ set: setName(unit.set.id), level: levelFolder(unit.level.id) }, 'level was removed while it was verified');
      continue;
    }
    if (findings.problems.length === 0 && !findings.unchecked) await state?.add(unit.key, Math.floor(context.now()));
    yield { unit, ...findings };
  }
  return { total: { units: units.length, bytes: bytesOf(units) }, coverage: state && coverageOf(units, state), failedSets };
}

function nothingThere({ storage }: RunContext, { sets, at }: VerifyRequest): FreezerError {
  const when = at === undefined ? '' : ` at or before ${formatUtc(at)}`;
  return new FreezerError('not_found', `verify: ${storage.label} holds no restore point of ${sets.map(setName).join(', ')}${when}`);
}

async function openSets(context: RunContext, ids: readonly SetId[]) {
  const sets: VerifySet[] = [];
  const failedSets: { set: string; error: string }[] = [];
  for (const id of ids) {
    try {
      sets.push(await openSet(context, id));
    } catch (error) {
      context.signal.throwIfAborted();
      if (!FreezerError.is(error) || ids.length === 1) throw error;
      context.logger.error({ set: setName(id), reason: messageOf(error) }, 'set cannot be verified');
      failedSets.push({ set: setName(id), error: messageOf(error) });
    }
  }
  return { sets, failedSets };
}

async function openSet(context: RunContext, id: SetId): Promise<VerifySet> {
  const { storage, signal, keyring, passphrases, logger } = context;
  const set = setName(id);
  const catalog = await readCatalog(storage, id.engine, set, { signal });
  const reader = new LevelReader({ storage, catalog, keyring, passphrases, logger });
  const views = await viewChains(reader, catalog, { signal });
  if (views.length === 0)
    throw new FreezerError('not_found', `No matching backup name "${set}" found: ${storage.label} holds no such set of engine ${id.engine}`);
  await warnOfLoss(context, catalog, reader);
  return { id, catalog, reader, views };
}

function openState(
  { stateDir, work, storage, logger }: RunContext,
  { depth, scope, dryRun }: VerifyRequest,
  units: readonly VerifyUnit[],
): Promise<RollingState> {
  return RollingState.open({ stateDir, work, scope: [storage.label, depth, ...scope], keys: units.map(({ key }) => key), dryRun, logger });
}

function chosenOf(units: readonly VerifyUnit[], subset: Subset | undefined, state: RollingState | undefined): readonly VerifyUnit[] {
  if (subset?.kind === 'part') return units.filter(({ key }) => partOf(key, subset.parts) === subset.part);
  if (subset === undefined || state === undefined) return units;
  return planRollingRun({ units, records: state.records, run: state.run, percent: subset.percent });
}

/** In which of so many parts something is: 1 and up, always the same. */
const partOf = (key: string, parts: number): number => (createHash('sha256').update(key).digest().readUIntBE(0, 6) % parts) + 1;

const bytesOf = (units: readonly VerifyUnit[]): number => units.reduce((sum, { bytes }) => sum + bytes, 0);

function coverageOf(units: readonly VerifyUnit[], { records }: RollingState): Coverage {
  const read = units.filter(({ key }) => (records.get(key)?.read ?? 0) > 0);
  const [bytes, all] = [bytesOf(read), bytesOf(units)];
  const since = read.reduce<number | undefined>((oldest, { key }) => Math.min(oldest ?? Number.POSITIVE_INFINITY, records.get(key)?.at ?? 0), undefined);
  return { share: read.length === units.length ? 1 : all === 0 ? 0 : bytes / all, bytes, since };
}
