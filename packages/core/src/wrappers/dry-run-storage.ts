import type { ByteStream, CallOptions } from '../bytes.ts';
import { FreezerError } from '../errors.ts';
import { type Logger, SILENT } from '../logger.ts';
import type { ObjectInfo, PutOptions, Storage, StorageKey, StorageRemains } from '../storage.ts';
import { StorageWrapper } from './storage-wrapper.ts';

/**
 * Reads for real and changes nothing: `put` takes the whole body, counts it and forgets it; removals are only said.
 * What a run 'wrote' is not there for its own reads.
 */
export class DryRunStorage extends StorageWrapper {
  declare readonly remains?: StorageRemains;
  readonly #logger: Logger;

  constructor(inner: Storage, options: { readonly logger?: Logger } = {}) {
    super(inner);
    this.#logger = options.logger ?? SILENT;
    const { remains } = inner;
    if (remains)
      this.remains = { list: () => remains.list(), refresh: () => Promise.resolve(), remove: (runId) => this.#say('remove the remains of a run', { runId }) };
  }

  override prepare(options: CallOptions = {}): Promise<void> {
    return this.#say('prepare', {}, options);
  }

  override async put(key: StorageKey, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    if (options.ifAbsent && (await this.inner.stat(key, options))) throw new FreezerError('already_exists', `put ${key}: is already on ${this.label}`);
    let size = 0;
    for await (const chunk of body) {
      options.signal?.throwIfAborted();
      size += chunk.length;
    }
    await this.#say('put', { key, bytes: size }, options);
    return { key, size };
  }

  override remove(key: StorageKey, options: CallOptions = {}): Promise<void> {
    return this.#say('remove', { key }, options);
  }

  override removeTree(prefix: StorageKey, options: CallOptions = {}): Promise<void> {
    return this.#say('remove all', { prefix }, options);
  }

  async #say(call: string, fields: object, options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#logger.info({ call, storage: this.label, ...fields }, 'dry run: not done');
  }
}
