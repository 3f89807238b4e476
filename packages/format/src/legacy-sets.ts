import {
  type ByteRange,
  type ByteStream,
  type CallOptions,
  FreezerError,
  type Logger,
  levelFolder,
  messageOf,
  type ObjectInfo,
  once,
  type Storage,
  type StorageKey,
  StorageWrapper,
} from '@freezer/core';

/** `<host>_<name>_<T>_<level>`, read from the right; before it `tar_metadata_` for the snapshot file of tar. */
const LEGACY_NAME = /^(tar_metadata_)?(.+)_(\d{1,15})_(\d{1,9})$/;
const KEY = /^(?:data|metadata)\/tar\/([^/]+)\/(\d{1,15})\/(\d{1,9})_(\d{1,15})\/(data|engine_metadata|metadata)$/;
const PREFIX = /^(data|metadata)(?:\/tar(?:\/([^/]+)(\/.*)?)?)?$/;
/** Folders of the root that hold the layout of today. */
const OWN_FOLDERS: ReadonlySet<string> = new Set(['data', 'metadata', 'locks']);
/** Nothing was recorded of a level: how it is compressed and encrypted is found out from its first bytes. */
const METADATA = Buffer.from('{"engine_name": "tar"}');

/**
 * Shows sets that releases before May 2016 stored on a disk (`<host>_<name>/<T of the full>/<host>_<name>_<T>_<level>` and `tar_metadata_…`
 * beside it) as if they lay in the layout of today, so that they are listed, verified and restored like others. For reading only: what is
 * written or removed through it is what the inner storage has under the names of today. A folder that may not be read is named in the log.
 */
export class LegacySets extends StorageWrapper {
  readonly #logger: Logger;

  constructor(inner: Storage, { logger }: { readonly logger: Logger }) {
    super(inner);
    this.#logger = logger;
  }

  override async *list(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    yield* this.inner.list(prefix, options);
    const match = PREFIX.exec(prefix);
    if (match === null) return;
    const sets = match[2] === undefined ? this.#setFolders(options) : [match[2]];
    for await (const set of sets) {
      for await (const info of this.#legacyObjects(set, match[1] === 'metadata', options)) if (info.key.startsWith(`${prefix}/`)) yield info;
    }
  }

  override async stat(key: StorageKey, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const found = await this.inner.stat(key, options);
    const old = found === undefined ? legacyKey(key) : undefined;
    const info = old === undefined ? undefined : await this.inner.stat(old.key, options);
    return info ? { ...info, key, size: old?.isMetadata === true ? METADATA.length : info.size } : found;
  }

  override async *get(key: StorageKey, options: CallOptions & { readonly range?: ByteRange } = {}): ByteStream {
    const old = legacyKey(key);
    if (old === undefined || (await this.inner.stat(key, options)) !== undefined || (await this.inner.stat(old.key, options)) === undefined)
      yield* this.inner.get(key, options);
    else yield* old.isMetadata ? once(METADATA) : this.inner.get(old.key, options);
  }

  async *#setFolders(options: CallOptions): AsyncGenerator<string, void, undefined> {
    for await (const { name, isFolder } of this.inner.children('', options)) if (isFolder && !OWN_FOLDERS.has(name)) yield name;
  }

  async *#legacyObjects(set: string, isMetadata: boolean, options: CallOptions): AsyncGenerator<ObjectInfo, void, undefined> {
    try {
      for await (const { name: chain, isFolder } of this.inner.children(set, options)) {
        if (!isFolder || !/^\d{1,15}$/.test(chain)) continue;
        for await (const info of this.inner.list(`${set}/${chain}`, options)) {
          const [, state, owner, t, level] = LEGACY_NAME.exec(info.key.slice(set.length + chain.length + 2)) ?? [];
          if (owner !== set || (isMetadata && state !== undefined)) continue;
          const folder = `tar/${set}/${chain}/${levelFolder({ level: Number(level), t: Number(t) })}`;
          if (isMetadata) yield { ...info, key: `metadata/${folder}/metadata`, size: METADATA.length };
          else yield { ...info, key: `data/${folder}/${state === undefined ? 'data' : 'engine_metadata'}` };
        }
      }
    } catch (error) {
      // A stranger's folder beside the sets is no reason to hide them.
      if (!FreezerError.is(error, 'permission_denied')) throw error;
      this.#logger.warn({ folder: set, reason: messageOf(error) }, 'a folder of the storage cannot be read: sets of old releases in it are not seen');
    }
  }
}

/** Where an object of today's layout was in the old one. */
function legacyKey(key: StorageKey): { readonly key: StorageKey; readonly isMetadata: boolean } | undefined {
  const [, set, chain, level, t, name] = KEY.exec(key) ?? [];
  if (set === undefined) return undefined;
  return { key: `${set}/${chain}/${name === 'engine_metadata' ? 'tar_metadata_' : ''}${set}_${t}_${level}`, isMetadata: name === 'metadata' };
}
