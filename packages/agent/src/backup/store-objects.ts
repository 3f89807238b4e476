import { createReadStream, createWriteStream } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gcmEncryptStage } from '@freezer/codec';
import { type ByteStream, descentsOf, type EngineOutcome, type IndexEntry, isIncomplete, once, type SkipReason, type SourceLease } from '@freezer/core';
import { type ChainKeys, type IndexCounts, type LevelReader, type OpenedLevel, readIndex, type StoredObject, writeIndex } from '@freezer/format';
import type { Sample } from '@freezer/models';
import { openPoint } from '../point-entries.ts';
import type { RunContext } from '../run-context.ts';
import type { LevelSink } from '../several/level-sink.ts';
import type { BackupRequest } from './backup-request.ts';
import { BrokenLinks } from './broken-links.ts';
import type { BackupPlan } from './choose-base.ts';
import { readingChain } from './damaged-chain.ts';
import { sizelessReason } from './sizeless-files.ts';
import { type PointTotals, suspicion, totalsAfter } from './suspicion.ts';

export interface SmallObjects {
  readonly pieces: StoredObject;
  readonly engine_metadata: StoredObject;
  readonly state?: StoredObject;
  readonly index: StoredObject;
}

export interface StoredSmall {
  readonly objects: SmallObjects;
  readonly counts: IndexCounts;
  readonly brokenLinks: Sample<string>;
  /** Undefined where the base has no index. */
  readonly point: PointTotals | undefined;
  /** Items that should be in the level, and are not. */
  readonly incomplete: number;
  /** Why the run is partial; none: it is complete. */
  readonly reasons: readonly string[];
}

export interface SmallObjectsRequest {
  readonly context: RunContext;
  readonly request: BackupRequest;
  readonly work: { readonly plan: BackupPlan; readonly reader: LevelReader; readonly writer: LevelSink; readonly lease: SourceLease };
  readonly engine: EngineOutcome;
  readonly keys: ChainKeys | undefined;
  readonly identity: string;
  readonly pieces: Buffer;
}

const READ_BYTES = 256 * 1024;
const fileStream = (path: string): ByteStream => createReadStream(path, { highWaterMark: READ_BYTES });

/** Stores pieces, engine state and index, in this order; then weighs the point against the one before. */
export async function storeSmallObjects(needs: SmallObjectsRequest): Promise<StoredSmall> {
  const { context, request, work, engine, keys, identity } = needs;
  const { signal } = context;
  const pieces = await work.writer.put('pieces', once(needs.pieces), { signal });
  const state = await storeState(needs);
  const indexKey = keys && { chainKey: keys.chainKey, identity };
  const links = new BrokenLinks();
  const path = work.lease.kind === 'path' ? work.lease.resource : undefined;
  const written = writeIndex(links.watch(engine.entryBatches(), path), {
    workDir: await context.work.folder('index'),
    replacesAll: engine.replacesAll,
    key: indexKey,
    signal,
  });
  const spool = context.work.file('index-spool');
  await pipeline(Readable.from(written.stream, { objectMode: false }), createWriteStream(spool, { mode: 0o600 }), { signal });
  const index = await work.writer.put('index', fileStream(spool), { signal });
  const counts = written.counts();
  const point = await weighPoint(needs, counts, () => readIndex(fileStream(spool), { key: indexKey, signal }).entries);
  await truncate(spool);
  const suspicious =
    point && suspicion(point, work.plan.chain?.levels.toSorted((a, b) => a.id.t - b.id.t).at(-1)?.manifest?.document.point, request.suspiciousBelowPercent);
  const sizeless = path === undefined ? undefined : await sizelessReason(path);
  const incomplete = incompleteness(counts);
  return {
    objects: { pieces, ...state, index },
    counts,
    brokenLinks: links.sample(),
    point,
    incomplete: incomplete.reduce((sum, [, count]) => sum + count, 0),
    reasons: [...incomplete.map(([reason, count]) => `skipped: ${count} ${reason}`), ...[suspicious, sizeless].filter((reason) => reason !== undefined)],
  };
}

/** With hidden names Python gets an empty file (it can restore, not continue), and ours is encrypted. */
async function storeState({ context, request, work, engine, keys, identity }: SmallObjectsRequest): Promise<Pick<SmallObjects, 'engine_metadata' | 'state'>> {
  const { signal } = context;
  const plain = fileStream(engine.statePath);
  if (!request.encryption?.hideNames || keys === undefined) return { engine_metadata: await work.writer.put('engine_metadata', plain, { signal }) };
  const engine_metadata = await work.writer.put('engine_metadata', once(new Uint8Array()), { signal });
  const hidden = gcmEncryptStage(keys.chainKey, { purpose: 'state', identity }).apply(plain, { signal });
  return { engine_metadata, state: await work.writer.put('state', hidden, { signal }) };
}

/** Which skips make the run partial, and how many each. */
const incompleteness = (counts: IndexCounts): readonly (readonly [string, number])[] =>
  Object.entries(counts.skipped).filter(([reason, count]) => count > 0 && isIncomplete(reason as SkipReason));

/** What the point holds. A full's index says it; an increment's is weighed against its base. */
async function weighPoint(needs: SmallObjectsRequest, counts: IndexCounts, entries: () => AsyncIterable<IndexEntry>): Promise<PointTotals | undefined> {
  const { context, request, work, engine } = needs;
  const own: PointTotals = { entries: counts.files + counts.links + counts.others, files: counts.files, bytes: counts.bytes };
  if (work.plan.base === undefined || engine.replacesAll) return own;
  const before = work.plan.base.manifest?.document.point;
  if (before === undefined) return undefined;
  if (own.entries === 0 && counts.deleted === 0) return before;
  const { signal } = context;
  return readingChain(async () => {
    const base = await openBase(needs);
    return base && totalsAfter(before, openPoint(work.reader, request.set, base, { signal }), entries(), { signal });
  });
}

/** The levels that the base stands on, and the base; undefined when one of them has no index or cannot be read. */
async function openBase({ context, work }: SmallObjectsRequest): Promise<readonly OpenedLevel[] | undefined> {
  const { base, chain } = work.plan;
  const entry = chain?.levels.find(({ level }) => level === base?.level);
  const descent = chain && entry && descentsOf(chain).get(entry);
  if (!descent?.ok) return undefined;
  const opened: OpenedLevel[] = [];
  for (const { id } of descent.levels) {
    const level = chain?.levels.find((view) => view.id === id)?.level;
    if (!level?.objects.has('index')) return undefined;
    opened.push(await work.reader.open(level, { signal: context.signal }));
  }
  return opened;
}
