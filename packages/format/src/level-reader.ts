import { createHash } from 'node:crypto';
import { type ByteRange, type ByteStream, type CallOptions, collect, FreezerError, type Logger, messageOf, objectKey, type Storage } from '@freezer/core';
import { type Manifest, type MetadataObject, readMetadataObject } from '@freezer/models';
import { type CatalogLevel, describeLevel, metadataKeyOf, type SetCatalog } from './catalog.ts';
import type { ChainKeyring, ChainKeys } from './chain-keys.ts';
import { checkIdentity, MANIFEST_MAX_BYTES, peekManifest, type ReadManifest, readManifest, sha256Hex } from './manifest.ts';
import { verifyPieces } from './pieces.ts';

const METADATA_MAX_BYTES = 16 * 1024 * 1024;
/** Digests of 4 MiB each: enough for 128 TiB of data. */
const PIECES_MAX_BYTES = 1024 * 1024 * 1024;

/** A committed level, opened. */
export interface OpenedLevel {
  readonly level: CatalogLevel;
  /** Undefined: Python Freezer made it. */
  readonly manifest: ReadManifest | undefined;
  /** Of the chain; undefined when the manifest is not made with a passphrase. */
  readonly keys: ChainKeys | undefined;
  /** The passphrase that fits the manifest. */
  readonly passphrase: Buffer | undefined;
  /** Freezer's own document. */
  readonly metadata: MetadataObject;
}

export interface LevelReaderDeps {
  readonly storage: Storage;
  readonly catalog: SetCatalog;
  readonly keyring: ChainKeyring;
  /** In the order in which to try them. */
  readonly passphrases: readonly Buffer[];
  readonly logger: Logger;
}

/** The objects of ours that a manifest names, in the order in which they are checked. */
const SMALL_OBJECTS = ['pieces', 'engine_metadata', 'state', 'index'] as const;
type SmallObject = (typeof SMALL_OBJECTS)[number];

/** All bytes of an object that has to be small. Fails with `corrupt` when it is larger than it can be. */
async function smallBytes(stream: ByteStream, limit: { readonly maxBytes: number; readonly what: string } & CallOptions): Promise<Buffer> {
  try {
    return await collect(stream, limit);
  } catch (error) {
    if (!FreezerError.is(error, 'too_large')) throw error;
    throw new FreezerError('corrupt', messageOf(error), { cause: error });
  }
}

/** Reads levels of one set, and believes nothing of them that is not vouched for. */
export class LevelReader {
  readonly #deps: LevelReaderDeps;

  constructor(deps: LevelReaderDeps) {
    this.#deps = deps;
  }

  #where(level: CatalogLevel): string {
    return `${describeLevel(level.id)} of set ${this.#deps.catalog.set}`;
  }

  #key(level: CatalogLevel, name: SmallObject | 'data' | 'manifest'): string {
    return objectKey(this.#deps.catalog.engine, this.#deps.catalog.set, level.id, name);
  }

  /** The manifest as it stands there, not checked: for listings. Undefined where there is none. Fails with `corrupt`. */
  async peek(level: CatalogLevel, options: CallOptions = {}): Promise<ReadManifest | undefined> {
    const bytes = await this.#manifestBytes(level, options);
    return bytes === undefined ? undefined : peekManifest(bytes, this.#where(level));
  }

  /** The same, of this level: one that was brought here from another place fails with `corrupt`, as it does when it is opened. */
  async peekOwn(level: CatalogLevel, options: CallOptions = {}): Promise<ReadManifest | undefined> {
    const { catalog } = this.#deps;
    const manifest = await this.peek(level, options);
    if (manifest) checkIdentity(manifest.document, catalog.set, catalog.engine, level.id, this.#where(level));
    return manifest;
  }

  async #manifestBytes(level: CatalogLevel, options: CallOptions): Promise<Buffer | undefined> {
    const listed = level.objects.get('manifest');
    if (listed === undefined) return undefined;
    const what = `manifest of ${this.#where(level)}`;
    const bytes = await smallBytes(this.#deps.storage.get(this.#key(level, 'manifest'), options), { ...options, maxBytes: MANIFEST_MAX_BYTES, what });
    // A connection that broke off says nothing about the level.
    if (bytes.length < listed.size) throw new FreezerError('unavailable', `${what}: only ${bytes.length} of ${listed.size} bytes were read`);
    return bytes;
  }

  /**
   * Reads and checks the manifest and Freezer's `metadata`. Fails with `corrupt` (damaged, from elsewhere, a wrong passphrase) or
   * `unauthenticated` (made with a passphrase, and none given).
   */
  async open(level: CatalogLevel, options: CallOptions = {}): Promise<OpenedLevel> {
    const { catalog } = this.#deps;
    const where = this.#where(level);
    const bytes = await this.#manifestBytes(level, options);
    const found = bytes === undefined ? undefined : await this.#authenticate(bytes, where);
    if (found) checkIdentity(found.manifest.document, catalog.set, catalog.engine, level.id, where);
    const metadata = await this.#metadata(level, found?.manifest.document, options);
    return { level, manifest: found?.manifest, keys: found?.keys, passphrase: found?.passphrase, metadata };
  }

  /** A level whose manifest is believed as it stands: what is damaged shows, what is forged does not. For copies, which need no pass file. */
  async openUnauthenticated(level: CatalogLevel, options: CallOptions = {}): Promise<OpenedLevel> {
    const manifest = await this.peekOwn(level, options);
    return { level, manifest, keys: undefined, passphrase: undefined, metadata: await this.#metadata(level, manifest?.document, options) };
  }

  async #authenticate(bytes: Buffer, where: string): Promise<Pick<OpenedLevel, 'keys' | 'passphrase'> & { readonly manifest: ReadManifest }> {
    const { vouching, document } = peekManifest(bytes, where);
    if (vouching === 'sha256') return { manifest: readManifest(bytes, undefined, where), keys: undefined, passphrase: undefined };
    const salt = Buffer.from(document.salt ?? '', 'base64');
    if (salt.length !== 16) throw new FreezerError('corrupt', `manifest of ${where}: has no salt of 16 bytes`);
    let wrong: unknown = new FreezerError('unauthenticated', `Cannot restore encrypted backup without key: ${where} needs --encrypt-pass-file`);
    for (const passphrase of this.#deps.passphrases) {
      const keys = await this.#deps.keyring.keys(passphrase, salt);
      try {
        return { manifest: readManifest(bytes, keys.manifestKey, where), keys, passphrase };
      } catch (error) {
        wrong = error;
      }
    }
    throw wrong;
  }

  async #metadata(level: CatalogLevel, manifest: Manifest | undefined, options: CallOptions): Promise<MetadataObject> {
    const what = `metadata of ${this.#where(level)}`;
    const bytes = await this.#metadataBytes(level, { ...options, maxBytes: METADATA_MAX_BYTES, what });
    const expected = manifest?.objects.metadata;
    if (expected && (expected.size !== bytes.length || expected.sha256 !== sha256Hex(bytes)))
      throw new FreezerError('corrupt', `${what}: is not what its manifest says`);
    try {
      return readMetadataObject(bytes.toString('utf8'));
    } catch (error) {
      throw new FreezerError('corrupt', `${what}: is no document of Freezer: ${messageOf(error).slice(0, 200)}`, { cause: error });
    }
  }

  /** A restore holds no lock: a backup that runs at the same time may supersede a level after it was listed. */
  async #metadataBytes(level: CatalogLevel, limit: Parameters<typeof smallBytes>[1]): Promise<Buffer> {
    const { storage, catalog } = this.#deps;
    try {
      return await smallBytes(storage.get(metadataKeyOf(catalog, level), limit), limit);
    } catch (error) {
      if (level.superseded || !FreezerError.is(error, 'not_found')) throw error;
      return smallBytes(storage.get(objectKey(catalog.engine, catalog.set, level.id, 'superseded'), limit), limit);
    }
  }

  /**
   * Checks every object but `data` against the manifest, and the size of `data`. Yields what is wrong, one error each; nothing for a level
   * without manifest, of which only the presence of `data` can be told.
   */
  async *problems({ level, manifest }: OpenedLevel, options: CallOptions = {}): AsyncGenerator<FreezerError> {
    const where = this.#where(level);
    if (manifest === undefined) {
      if (!level.objects.has('data')) yield new FreezerError('corrupt', `data of ${where}: is missing`);
      return;
    }
    const { objects } = manifest.document;
    const size = (await this.#deps.storage.stat(this.#key(level, 'data'), options))?.size;
    if (size === undefined) yield new FreezerError('corrupt', `data of ${where}: is missing`);
    else if (size !== objects.data.size) yield new FreezerError('corrupt', `data of ${where}: has ${size} bytes instead of ${objects.data.size}`);
    for (const name of SMALL_OBJECTS) {
      const expected = objects[name];
      if (expected === undefined) continue;
      const problem = await this.#digestProblem(level, name, expected, options);
      if (problem) yield problem;
    }
  }

  async #digestProblem(
    level: CatalogLevel,
    name: SmallObject,
    expected: { readonly size: number; readonly sha256: string },
    options: CallOptions,
  ): Promise<FreezerError | undefined> {
    const what = `${name} of ${this.#where(level)}`;
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of this.#deps.storage.get(this.#key(level, name), options)) {
        size += chunk.length;
        hash.update(chunk);
      }
    } catch (error) {
      if (FreezerError.is(error, 'not_found')) return new FreezerError('corrupt', `${what}: is missing`);
      throw error;
    }
    if (size === expected.size && hash.digest('hex') === expected.sha256) return undefined;
    return new FreezerError('corrupt', `${what}: is not what its manifest says (damaged, exchanged or cut off)`);
  }

  /** Like `problems`, but fails with the first. Nothing may be written at a target before this. */
  async check(opened: OpenedLevel, options: CallOptions = {}): Promise<void> {
    for await (const problem of this.problems(opened, options)) throw problem;
  }

  /** The bytes of `data` as stored. With a manifest no byte of a 4 MiB piece comes before the digest of the piece was found right. */
  data(opened: OpenedLevel, options: CallOptions = {}): ByteStream {
    const stored = this.#deps.storage.get(this.#key(opened.level, 'data'), options);
    if (opened.manifest === undefined) return stored;
    return this.#verified(opened, stored, options);
  }

  async *#verified(opened: OpenedLevel, stored: ByteStream, options: CallOptions): ByteStream {
    yield* verifyPieces(stored, await this.pieces(opened, options), this.expected(opened));
  }

  /** What the pieces of a level with a manifest are compared with. */
  expected({ level, manifest }: OpenedLevel): { readonly size: number; readonly object: string; readonly level: string } {
    return { size: manifest?.document.objects.data.size ?? 0, object: 'data', level: this.#where(level) };
  }

  /** The object `pieces`, checked against the manifest. */
  async pieces({ level, manifest }: OpenedLevel, options: CallOptions = {}): Promise<Buffer> {
    const what = `pieces of ${this.#where(level)}`;
    const bytes = await smallBytes(this.#deps.storage.get(this.#key(level, 'pieces'), options), { ...options, maxBytes: PIECES_MAX_BYTES, what });
    if (manifest?.document.objects.pieces.sha256 !== sha256Hex(bytes)) throw new FreezerError('corrupt', `${what}: is not what its manifest says`);
    return bytes;
  }

  /** The raw bytes of a small object; those that a manifest names were checked by `check`. */
  raw(opened: OpenedLevel, name: SmallObject | 'data', options: CallOptions & { readonly range?: ByteRange } = {}): ByteStream {
    return this.#deps.storage.get(this.#key(opened.level, name), options);
  }

  /** The first bytes of `data`, at most `length`: to find out how a set without manifest is compressed and encrypted. */
  async head(opened: OpenedLevel, length: number, options: CallOptions = {}): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.raw(opened, 'data', options)) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= length) break;
    }
    return Buffer.concat(chunks).subarray(0, length);
  }
}
