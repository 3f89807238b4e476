import type { LevelId, SourceLease } from '@freezer/core';
import { encodeManifest, type IndexCounts, type StoredObject, sha256Hex } from '@freezer/format';
import { type JsonValue, MANIFEST_FORMAT, type Manifest, writeMetadataObject } from '@freezer/models';
import type { BackupRequest } from './backup-request.ts';
import type { BackupPlan } from './choose-base.ts';
import { contentOptions } from './content-change.ts';
import { sourceName } from './source-name.ts';
import type { SmallObjects } from './store-objects.ts';
import type { PointTotals } from './suspicion.ts';

/** What a manifest says of a level, besides its objects. */
export interface LevelFacts {
  readonly request: BackupRequest;
  readonly plan: BackupPlan;
  readonly id: LevelId;
  readonly source: SourceLease;
  /** Epoch seconds. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly salt: Buffer | undefined;
  readonly archiveBytes: number;
  readonly counts: IndexCounts;
  readonly point: PointTotals | undefined;
  readonly incomplete: number;
  readonly reasons: readonly string[];
}

export interface LevelObjects extends SmallObjects {
  readonly data: { readonly size: number };
}

/** Freezer's own document, whose appearance is the commit. */
export function metadataOf(request: BackupRequest, engineKeys: Readonly<Record<string, unknown>>): Buffer {
  const facts = { engineName: request.set.engine, compression: request.compression, encryption: request.encryption !== undefined };
  return Buffer.from(writeMetadataObject({ ...facts, engineKeys: engineKeys as Readonly<Record<string, JsonValue>> }), 'utf8');
}

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

const digested = ({ size, sha256 }: StoredObject): { size: number; sha256: string } => ({ size, sha256 });

/** The manifest of a level and its digest. `key`: of the chain, when a pass file was given. */
export function manifestOf(
  facts: LevelFacts,
  objects: LevelObjects,
  metadata: Buffer,
  key: Buffer | undefined,
): { readonly bytes: Buffer; readonly digest: string } {
  const bytes = encodeManifest(documentOf(facts, objects, metadata), key);
  return { bytes, digest: sha256Hex(bytes) };
}

function documentOf(facts: LevelFacts, objects: LevelObjects, metadata: Buffer): Manifest {
  const { request, id, counts } = facts;
  const skipped = Object.values(counts.skipped).reduce((sum, count) => sum + count, 0);
  return {
    format: MANIFEST_FORMAT,
    identity: { host: request.set.host, name: request.set.name, engine: request.set.engine, t0: id.t0, level: id.level, t: id.t },
    base: baseOf(facts.plan),
    ...(facts.salt && { salt: facts.salt.toString('base64') }),
    started_at: instant(facts.startedAt),
    finished_at: instant(facts.finishedAt),
    source: { kind: facts.source.kind, path: sourceName(facts.source) },
    options: {
      compression: request.compression,
      encryption: request.encryption?.algorithm ?? null,
      hide_names: request.encryption?.hideNames ?? false,
      ...contentOptions(request.shape),
      one_file_system: true,
    },
    archive_bytes: facts.archiveBytes,
    counts: {
      files: counts.files,
      directories: counts.directories,
      links: counts.links,
      others: counts.others,
      deleted: counts.deleted,
      entries: counts.lines,
    },
    ...(facts.point && { point: { ...facts.point } }),
    skipped,
    incomplete: facts.incomplete,
    complete: facts.incomplete === 0 && facts.reasons.length === 0,
    result: facts.reasons.length === 0 ? 'success' : 'partial',
    reasons: [...facts.reasons],
    client_version: request.clientVersion,
    objects: {
      data: { size: objects.data.size },
      pieces: digested(objects.pieces),
      index: digested(objects.index),
      engine_metadata: digested(objects.engine_metadata),
      ...(objects.state && { state: digested(objects.state) }),
      metadata: { size: metadata.length, sha256: sha256Hex(metadata) },
    },
  };
}

function baseOf({ base }: BackupPlan): Manifest['base'] {
  return base === undefined ? null : { level: base.level.id.level, t: base.level.id.t, manifest: base.manifest?.digest ?? null };
}
