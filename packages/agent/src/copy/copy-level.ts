import { createHash } from 'node:crypto';
import { type ByteStream, type CallOptions, collect, FreezerError, type ObjectName, objectKey } from '@freezer/core';
import {
  type CatalogLevel,
  hashPieces,
  type LevelReader,
  LevelWriter,
  metadataKeyOf,
  type OpenedLevel,
  type SetCatalog,
  type StoredObject,
} from '@freezer/format';
import type { RunContext } from '../run-context.ts';

/** The objects beside `data`, in the order in which a backup writes them. */
const SMALL_OBJECTS = ['pieces', 'engine_metadata', 'state', 'index', 'manifest', 'pinned'] as const satisfies readonly ObjectName[];
type SmallObjectName = (typeof SMALL_OBJECTS)[number] | 'metadata';
const METADATA_MAX_BYTES = 16 * 1024 * 1024;

export interface CopyEnds {
  readonly from: RunContext;
  readonly to: RunContext;
  /** Of the source. */
  readonly catalog: SetCatalog;
  readonly reader: LevelReader;
  /** Runs last before a level becomes visible, and may refuse. */
  readonly check: () => Promise<void>;
}

/**
 * Copies one level, byte by byte and under the same name: visible when all of it is there, and nothing of it stays when it fails. What is
 * damaged at the source is not copied: fails with `corrupt`. Resolves to the bytes of its data.
 */
export async function copyLevel(ends: CopyEnds, level: CatalogLevel, options: CallOptions): Promise<number> {
  const { from, to, catalog, reader, check } = ends;
  const opened = await (from.passphrases.length > 0 ? reader.open(level, options) : reader.openUnauthenticated(level, options));
  await reader.check(opened, options);
  const { engine, set } = catalog;
  const writer = await LevelWriter.at(level.id, { storage: to.storage, engine, set, owner: to.owner, now: to.now }, options);
  try {
    const bytes = await writer.putUnhashed('data', wholeData(reader, opened, options), options);
    for (const name of SMALL_OBJECTS) {
      if (level.objects.has(name)) checkSame(opened, name, await writer.put(name, from.storage.get(objectKey(engine, set, level.id, name), options), options));
    }
    const metadata = await collect(from.storage.get(metadataKeyOf(catalog, level), options), { ...options, maxBytes: METADATA_MAX_BYTES, what: 'metadata' });
    checkSame(opened, 'metadata', { size: metadata.length, sha256: createHash('sha256').update(metadata).digest('hex') });
    if (level.superseded) await writer.commitSuperseded(metadata, check, options);
    else await writer.commit(metadata, check, options);
    await writer.finish();
    return bytes;
  } catch (error) {
    if (!(await isVisible(to, catalog, level))) await writer.abandon();
    throw error;
  }
}

/** They were read before and found right, but of a reading that breaks off without a word nothing may become visible. */
function checkSame({ level, manifest }: OpenedLevel, name: SmallObjectName, copied: StoredObject): void {
  const known = name === 'manifest' || name === 'pinned' ? undefined : manifest?.document.objects[name];
  const digest = name === 'manifest' ? manifest?.digest : known?.sha256;
  const listedAs = name === 'metadata' && level.superseded ? 'superseded' : name;
  const size = known?.size ?? level.objects.get(listedAs)?.size;
  if ((size === undefined || size === copied.size) && (digest === undefined || digest === copied.sha256)) return;
  throw new FreezerError('corrupt', `${name} of level ${level.id.level}: ${copied.size} bytes were read that are not those that the storage holds`);
}

/** With a manifest each piece is checked before it goes on; without one the listing tells how much there must be. */
async function* wholeData(reader: LevelReader, opened: OpenedLevel, options: CallOptions): ByteStream {
  if (opened.manifest !== undefined) return yield* reader.data(opened, options);
  const pieces = hashPieces(reader.data(opened, options));
  yield* pieces.stream;
  const expected = opened.level.objects.get('data')?.size;
  if (expected !== undefined && expected !== 0 && pieces.size() !== expected)
    throw new FreezerError('corrupt', `data of level ${opened.level.id.level}: ${pieces.size()} bytes were read instead of ${expected}`);
}

/** Whether the level became visible although the call that made it so failed. Not to be told: what is left is cleared by a run that can. */
async function isVisible({ storage }: RunContext, { engine, set }: SetCatalog, { id, superseded }: CatalogLevel): Promise<boolean> {
  try {
    return (await storage.stat(objectKey(engine, set, id, superseded ? 'superseded' : 'metadata'))) !== undefined;
  } catch {
    return true;
  }
}
