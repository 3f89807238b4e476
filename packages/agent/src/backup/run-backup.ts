import { randomBytes } from 'node:crypto';
import { type ArchiveBackup, type BytePath, displayPath, FreezerError, levelFolder, messageOf, once, type SourceLease, setName } from '@freezer/core';
import { type ChainKeys, hashPieces, type IndexCounts, identityText, type LevelReader, type LevelWriter, supersedeIfAllowed } from '@freezer/format';
import type { Sample } from '@freezer/models';
import { joinStages } from '@freezer/subprocess';
import { consistencyChecksum as consistencyChecksumOf } from '../consistency/consistency-checksum.ts';
import { writePointRecord } from '../point-record.ts';
import type { RunContext } from '../run-context.ts';
import type { LevelSink } from '../several/level-sink.ts';
import { LevelWriters } from '../several/level-writers.ts';
import type { LostStorage, StoragePolicy, StorageRun } from '../several/storage-run.ts';
import type { BackupRequest } from './backup-request.ts';
import { fetchState } from './base-state.ts';
import type { BackupPlan } from './choose-base.ts';
import { DamagedChain, readingChain } from './damaged-chain.ts';
import { dataStages } from './data-stages.ts';
import { expectedBytes } from './expected-bytes.ts';
import { type LevelFacts, type LevelObjects, manifestOf, metadataOf } from './level-documents.ts';
import { linkLoops } from './link-loops.ts';
import { ownPlaces } from './own-places.ts';
import { agreedPlan, nameOf, type PreparedStorages, type PreparedTarget, type PreparedTargets, prepareStorages } from './prepare-storages.ts';
import { storeSmallObjects } from './store-objects.ts';
import type { PointTotals } from './suspicion.ts';

/** What a backup made, for the report. */
export interface BackupOutcome {
  readonly level: number;
  readonly t0: number;
  readonly t: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly resource: string;
  /** `partial` with reasons when something was left out or looks wrong. */
  readonly result: 'success' | 'partial';
  readonly reasons: readonly string[];
  readonly counts: IndexCounts;
  /** Symbolic links of the level whose target is absent. */
  readonly brokenLinks: Sample<string>;
  readonly point: PointTotals | undefined;
  /** Before compression. */
  readonly archiveBytes: number;
  readonly storedBytes: number;
  /** Freezer's, when it was asked for. */
  readonly consistencyChecksum: string | undefined;
  /** The names of the storages that hold it; one without a section has the name ''. */
  readonly storages: readonly string[];
  readonly lost: readonly LostStorage[];
}

/** A run of `backup` over one or several storages. */
export interface BackupStorages {
  readonly runs: readonly StorageRun[];
  readonly policy: StoragePolicy;
  /** Those that could not be opened. */
  readonly lost: readonly LostStorage[];
}

async function followedLoops({ shape: { dereference } }: BackupRequest, lease: SourceLease, { signal, logger }: RunContext): Promise<readonly BytePath[]> {
  if (dereference !== 'soft' && dereference !== 'all') return [];
  const loops = await linkLoops(lease, signal);
  for (const path of loops) logger.warn({ path: displayPath(path) }, 'a link that leads to a folder above it is left out: following it would never end');
  return loops;
}

/**
 * Makes the next level of a set, the same one in each storage: nothing of it is visible before it is whole, and nothing of it stays when it
 * fails. Fails with `conflict` when another run holds the set.
 */
export async function runBackup({ runs, policy, lost }: BackupStorages, asked: BackupRequest): Promise<BackupOutcome> {
  const [first] = runs;
  if (first === undefined) throw new TypeError('runBackup: no storage');
  const { signal, logger } = first.context;
  await using lease = await asked.source.open({ signal });
  const places = new Set<BytePath>();
  for (const { context } of runs) for (const place of await ownPlaces(context, lease)) places.add(place);
  for (const loop of await followedLoops(asked, lease, first.context)) places.add(loop);
  const request = { ...asked, shape: { ...asked.shape, ownPlaces: [...places] } };
  await using prepared = await prepareStorages(runs, request, lease, policy);
  const plan = agreedPlan(prepared.targets);
  try {
    return await runPlan(prepared, plan, request, { lease, policy, lost });
  } catch (error) {
    if (!(error instanceof DamagedChain)) throw error;
    const reason = `the chain is damaged (verify says where): ${messageOf(error)}`;
    logger.warn({ set: setName(request.set), reason }, 'a new full is made');
    return await runPlan(prepared, { ...plan, level: 0, reason, base: undefined }, request, { lease, policy, lost });
  }
}

interface PlannedRun extends Pick<BackupStorages, 'policy' | 'lost'> {
  readonly lease: SourceLease;
}

/** Fails with `DamagedChain` when what the level stands on turns out to be damaged. */
async function runPlan(prepared: PreparedStorages, plan: BackupPlan, request: BackupRequest, { lease, policy, lost }: PlannedRun): Promise<BackupOutcome> {
  const { targets } = prepared;
  const { context: lead, reader, catalog: leadCatalog } = targets[0];
  const { signal, logger, owner, now } = lead;
  logger.info({ set: setName(request.set), level: plan.level, reason: plan.reason }, 'level chosen');
  lead.progress.expect(expectedBytes(leadCatalog, plan.level), { estimated: true });
  const writerTargets = targets.map(({ name, context: { storage }, catalog, lock }) => ({
    name,
    request: {
      storage,
      engine: catalog.engine,
      set: catalog.set,
      level: plan.level,
      t0: plan.base?.level.id.t0,
      earliest: plan.earliest,
      owner,
      now,
    },
    check: async () => lock?.check(),
  }));
  const writer = await LevelWriters.begin(writerTargets, policy, { signal });
  try {
    const made = await makeLevel(lead, request, { plan, reader, writer, lease });
    await writer.commit(made.metadata, { signal });
    for (const target of targets) await afterCommit(target, request, { writer, manifest: made.manifestDigest });
    return withStorages(made.outcome, writer, [...lost, ...prepared.lost, ...writer.lost]);
  } finally {
    await tidyUp(targets, writer);
  }
}

/** Of what is no backup nothing stays, except what cannot be removed now: the next run does it. */
async function tidyUp(targets: PreparedTargets, writers: LevelWriters): Promise<void> {
  for (const { name, writer } of writers.unfinished) {
    const target = targets.find((one) => one.name === name);
    if (target === undefined || (await isCommitted(target.context, writer))) continue;
    const left = await writer.abandon();
    if (left === undefined) continue;
    const facts = { ...nameOf(target), set: target.catalog.set, level: levelFolder(writer.id), reason: left };
    target.context.logger.warn(facts, 'remains of the failed run could not be removed; the next run does it');
  }
}

/** A storage that the run went on without makes it partial. */
function withStorages(outcome: BackupOutcome, writer: LevelWriters, lost: readonly LostStorage[]): BackupOutcome {
  if (lost.length === 0) return { ...outcome, storages: writer.names, lost };
  const reasons = [...outcome.reasons, ...lost.map(({ name, reason }) => `storage ${name}: ${reason}`)];
  return { ...outcome, result: 'partial', reasons, storages: writer.names, lost };
}

interface LevelWork {
  readonly plan: BackupPlan;
  readonly reader: LevelReader;
  readonly writer: LevelSink;
  readonly lease: SourceLease;
}

async function makeLevel(context: RunContext, request: BackupRequest, work: LevelWork) {
  const { signal, now } = context;
  const startedAt = now();
  const keys = await chainKeys(context, request, work.plan);
  const identity = identityText(request.set, work.writer.id);
  await using hold = await request.mode.acquire({ signal });
  const consistencyChecksum = await checksumOf(context, request, work.lease);
  const backup = await beginEngine(context, request, work);
  context.progress.follow(backup.reached?.bind(backup));
  const stages = [...backup.stages, ...(await dataStages(request, keys, identity, backup.compressible))];
  const joined = joinStages(stages, { storageAt: 'end', signal });
  const pieces = hashPieces(joined.output);
  const size = await work.writer.putUnhashed('data', pieces.stream, { signal });
  context.progress.follow(undefined);
  const engine = await backup.finish(await joined.exits);
  await hold.release();
  const small = await storeSmallObjects({ context, request, work, engine, keys, identity, pieces: pieces.digests() });
  const facts: LevelFacts = {
    ...small,
    request,
    plan: work.plan,
    id: work.writer.id,
    source: work.lease,
    startedAt,
    finishedAt: now(),
    salt: keys?.salt,
    archiveBytes: engine.archiveBytes,
  };
  const metadata = metadataOf(request, engine.metadata);
  const objects: LevelObjects = { ...small.objects, data: { size } };
  const { bytes: manifest, digest: manifestDigest } = manifestOf(facts, objects, metadata, keys?.manifestKey);
  await work.writer.put('manifest', once(manifest), { signal });
  const { level, t0, t } = work.writer.id;
  const outcome: BackupOutcome = {
    level,
    t0,
    t,
    startedAt,
    finishedAt: now(),
    resource: work.lease.resource,
    result: small.reasons.length === 0 ? 'success' : 'partial',
    reasons: small.reasons,
    counts: small.counts,
    brokenLinks: small.brokenLinks,
    point: small.point,
    archiveBytes: engine.archiveBytes,
    storedBytes: size,
    consistencyChecksum,
    storages: [],
    lost: [],
  };
  return { outcome, metadata, manifestDigest };
}

/** Of the source as it is held now. */
async function checksumOf({ signal, logger }: RunContext, { shape, consistencyCheck }: BackupRequest, lease: SourceLease): Promise<string | undefined> {
  if (consistencyCheck !== true) return undefined;
  if (lease.kind !== 'path') throw new FreezerError('unsupported', `--consistency-check: needs a path as the source, not a ${lease.kind}`);
  const ignoreLinks = shape.dereference !== 'soft' && shape.dereference !== 'all';
  const checksum = await consistencyChecksumOf({ path: lease.resource, ignoreLinks, signal });
  logger.info({}, `Computed checksum for consistency ${checksum}`);
  return checksum;
}

/** A chain keeps its salt; a full, and the first level of ours on a chain of Python's, makes one. */
async function chainKeys(context: RunContext, request: BackupRequest, plan: BackupPlan): Promise<ChainKeys | undefined> {
  if (request.encryption === undefined) return undefined;
  if (plan.base?.keys) return plan.base.keys;
  return context.keyring.keys(request.encryption.passphrase, randomBytes(16));
}

async function beginEngine(context: RunContext, request: BackupRequest, work: LevelWork): Promise<ArchiveBackup> {
  const { signal, engine } = context;
  const workDir = await context.work.folder('engine');
  let basePath: string | undefined;
  const { reader, plan } = work;
  const { base } = plan;
  if (base) {
    const path = context.work.file('base-state');
    if ((await readingChain(() => fetchState(reader, base, request.set, path, { signal }))) > 0) basePath = path;
  }
  const backup = await engine.backup({ source: work.lease, leaveOut: request.shape.ownPlaces, workDir, basePath, signal });
  if (backup.kind !== 'archive') throw new FreezerError('unsupported', `engine ${engine.name}: keeps its backups elsewhere; this action stores archives`);
  return backup;
}

/** Once the level is visible it is a backup, whatever happens to what is left to do: the next run ends that. */
async function afterCommit(target: PreparedTarget, request: BackupRequest, made: { writer: LevelWriters; manifest: string }): Promise<void> {
  const { context, catalog, plan } = target;
  const writer = made.writer.of(target.name);
  if (writer === undefined) return;
  const { storage, logger, signal } = context;
  try {
    if (writer.id.level > 0) {
      const older = plan.chain?.levels.filter(({ id, superseded }) => !superseded && id.level === writer.id.level) ?? [];
      for (const { id } of older) await supersedeIfAllowed(context, catalog, id, { signal });
    }
    await writer.finish();
    if (!request.dryRun) {
      const { t0, level, t } = writer.id;
      await writePointRecord(context.stateDir, { storage: storage.label, engine: catalog.engine, set: catalog.set, t0, level, t, manifest: made.manifest });
    }
  } catch (error) {
    logger.warn(
      { ...nameOf(target), set: catalog.set, level: levelFolder(writer.id), reason: messageOf(error) },
      'the backup is stored; what is left to tidy up is done by the next run',
    );
  }
}

/** Whether the level became visible although the call that made it so failed. Then it must stay. */
async function isCommitted(context: RunContext, writer: LevelWriter): Promise<boolean> {
  try {
    return (await context.storage.stat(writer.key('metadata'))) !== undefined;
  } catch {
    // Not to be told: what is left is cleared by a run that can.
    return true;
  }
}
