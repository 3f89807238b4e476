import { cfbEncryptStage, gcmEncryptStage } from '@freezer/codec';
import { type ByteStream, collect, type HeldEntry, type LevelId, type ObjectName, objectKey, once, type SetId, setName } from '@freezer/core';
import { type Manifest, writeMetadataObject } from '@freezer/models';
import type { ChainKeys } from '../src/chain-keys.ts';
import { writeIndex } from '../src/index-file/write-index.ts';
import { encodeManifest, identityText, sha256Hex } from '../src/manifest.ts';
import { hashPieces } from '../src/pieces.ts';
import { documentOf, SET } from './documents.ts';
import type { SteppedStorage } from './stepped-storage.ts';

export interface RealLevel {
  readonly set?: SetId;
  readonly id: LevelId;
  /** Digest of the manifest of the base; null: Python made it. */
  readonly base?: string | null;
  /** Not compressed. */
  readonly archive: Buffer;
  /** What the index lists. */
  readonly entries?: readonly HeldEntry[];
  /** None: not encrypted. */
  readonly secret?: { readonly passphrase: Buffer; readonly keys: ChainKeys; readonly encryption: 'aes-256-cfb' | 'aes-256-gcm'; readonly hideNames?: boolean };
  readonly workDir: string;
}

const MAX = 64 * 1024 * 1024;
const bytesOf = (stream: ByteStream): Promise<Buffer> => collect(stream, { maxBytes: MAX });

export const fileEntry = (path: string, size: number): HeldEntry => ({
  kind: 'held',
  path,
  type: 'file',
  size,
  mtimeNs: 1_795_000_000_123_456_789n,
  mode: 0o644,
  uid: 0,
  gid: 0,
});

function encrypted({ secret, set = SET, id }: RealLevel, body: ByteStream, purpose: 'data' | 'state'): ByteStream {
  if (secret === undefined) return body;
  if (purpose === 'data' && secret.encryption === 'aes-256-cfb') return cfbEncryptStage(secret.passphrase).apply(body, {});
  return gcmEncryptStage(secret.keys.chainKey, { purpose, identity: identityText(set, id) }).apply(body, {});
}

async function* entriesOf({ entries = [fileEntry('etc/hostname', 9)] }: RealLevel): AsyncGenerator<readonly HeldEntry[]> {
  yield entries;
}

/** The objects of a level as a backup makes them, but for the manifest and `metadata`. */
async function objectsOf(level: RealLevel): Promise<ReadonlyMap<ObjectName, Buffer>> {
  const { secret, set = SET, id } = level;
  const snapshot = Buffer.from(`GNU tar-1.34-2\n${id.t}\x000\0`);
  const pieces = hashPieces(encrypted(level, once(level.archive), 'data'));
  const key = secret && { chainKey: secret.keys.chainKey, identity: identityText(set, id) };
  const objects = new Map<ObjectName, Buffer>([['data', await bytesOf(pieces.stream)]]);
  objects.set('pieces', pieces.digests());
  objects.set('engine_metadata', secret?.hideNames ? Buffer.alloc(0) : snapshot);
  if (secret?.hideNames) objects.set('state', await bytesOf(encrypted(level, once(snapshot), 'state')));
  objects.set('index', await bytesOf(writeIndex(entriesOf(level), { workDir: level.workDir, replacesAll: id.level === 0, key }).stream));
  return objects;
}

/** Puts a level there whose manifest, digests and encryption are real. Resolves to the digest of its manifest. */
export async function storeRealLevel(storage: SteppedStorage, level: RealLevel): Promise<string> {
  const { secret, set = SET, id } = level;
  const objects = await objectsOf(level);
  const metadata = Buffer.from(writeMetadataObject({ engineName: set.engine, compression: 'none', encryption: secret !== undefined }));
  const digested = (name: ObjectName): { size: number; sha256: string } => {
    const bytes = objects.get(name) ?? Buffer.alloc(0);
    return { size: bytes.length, sha256: sha256Hex(bytes) };
  };
  const plain = documentOf(id);
  const document: Manifest = {
    ...plain,
    identity: { ...set, ...id },
    base: id.level === 0 ? null : { level: id.level - 1, t: id.t0 + id.level - 1, manifest: level.base ?? null },
    ...(secret && { salt: secret.keys.salt.toString('base64') }),
    options: { ...plain.options, encryption: secret?.encryption ?? null, hide_names: secret?.hideNames ?? false },
    archive_bytes: level.archive.length,
    objects: {
      data: { size: digested('data').size },
      pieces: digested('pieces'),
      index: digested('index'),
      engine_metadata: digested('engine_metadata'),
      ...(objects.has('state') && { state: digested('state') }),
      metadata: { size: metadata.length, sha256: sha256Hex(metadata) },
    },
  };
  const manifest = encodeManifest(document, secret?.keys.manifestKey);
  for (const [name, bytes] of [...objects, ['manifest', manifest] as const, ['metadata', metadata] as const])
    storage.keep(objectKey(set.engine, setName(set), id, name), bytes);
  return sha256Hex(manifest);
}
