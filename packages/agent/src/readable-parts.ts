import { type CallOptions, FreezerError, type Logger, messageOf, type ObjectInfo, type Storage, type StorageKey, StorageWrapper } from '@freezer/core';

/**
 * A storage of which a folder may not be read, for looking at the rest: such a folder counts as empty, and is named in the log. Where the container itself
 * may not be looked into there is no rest, and the failure is one.
 */
export class ReadableParts extends StorageWrapper {
  readonly #logger: Logger;
  readonly #told = new Set<StorageKey>();
  #open = false;

  constructor(inner: Storage, { logger }: { readonly logger: Logger }) {
    super(inner);
    this.#logger = logger;
  }

  /** Whether a folder counted as empty because it may not be read. */
  get isPartial(): boolean {
    return this.#told.size > 0;
  }

  override async *list(prefix: StorageKey, options: CallOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const seen = new Set<StorageKey>();
    for await (const info of this.#below(prefix, options)) {
      if (!seen.has(info.key)) yield info;
      seen.add(info.key);
    }
  }

  /** Some of them several times, when something cannot be read. */
  async *#below(prefix: StorageKey, options: CallOptions): AsyncGenerator<ObjectInfo, void, undefined> {
    let children: readonly StorageKey[];
    try {
      yield* this.inner.list(prefix, options);
      this.#open = true;
      return;
    } catch (error) {
      if (!FreezerError.is(error, 'permission_denied')) throw error;
      children = await this.#children(prefix, options);
    }
    for (const child of children) yield* this.#below(child, options);
  }

  /** Whether a folder, or else the container, could be looked into. */
  async #isOpen(options: CallOptions): Promise<boolean> {
    if (this.#open) return true;
    try {
      for await (const _ of this.inner.children('', options)) break;
    } catch (error) {
      if (FreezerError.is(error, 'permission_denied')) return false;
      throw error;
    }
    this.#open = true;
    return true;
  }

  async #children(prefix: StorageKey, options: CallOptions): Promise<readonly StorageKey[]> {
    const found: StorageKey[] = [];
    try {
      for await (const { name, isFolder } of this.inner.children(prefix, options)) if (isFolder) found.push(prefix === '' ? name : `${prefix}/${name}`);
      this.#open = true;
    } catch (error) {
      if (!FreezerError.is(error, 'permission_denied') || !(await this.#isOpen(options))) throw error;
      if (!this.#told.has(prefix))
        this.#logger.warn({ folder: prefix, reason: messageOf(error) }, 'a folder of the storage cannot be read: what it holds is not listed');
      this.#told.add(prefix);
    }
    return found;
  }
}
