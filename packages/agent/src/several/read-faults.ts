import { FreezerError, type ObjectInfo, type Storage, type StorageChild, StorageWrapper } from '@freezer/core';
import type { AgentPlugins } from '../plugins.ts';

/** What opening and reading a storage failed with: told from what the target, or what the user wrote, is the reason of. */
export class ReadFaults {
  readonly #seen = new WeakSet<object>();

  /** Whether another storage may do better: this one failed, or what it gave is damaged. */
  has(error: unknown): boolean {
    for (let found = error; typeof found === 'object' && found !== null; found = 'cause' in found ? found.cause : undefined) {
      if (this.#seen.has(found) || FreezerError.is(found, 'corrupt')) return true;
    }
    return false;
  }

  /** The same plugins, whose storages tell here what they fail with. */
  watched(plugins: AgentPlugins): AgentPlugins {
    const storages = plugins.storages.map(({ kind, load }) => ({
      kind,
      load: async () => {
        const plugin = await load();
        const open: typeof plugin.open = async (options, deps) => new Watched(await plugin.open(options, deps).catch(this.tell), this.tell);
        return { kind, settings: plugin.settings, open };
      },
    }));
    return { ...plugins, storages };
  }

  /** Rejects with the error that it is told. */
  readonly tell = (error: unknown): never => {
    if (typeof error === 'object' && error !== null) this.#seen.add(error);
    throw error;
  };
}

type Options<Call extends 'get' | 'stat' | 'list' | 'children'> = Parameters<Storage[Call]>[1];

class Watched extends StorageWrapper {
  readonly #tell: (error: unknown) => never;

  constructor(inner: Storage, tell: (error: unknown) => never) {
    super(inner);
    this.#tell = tell;
  }

  override get(key: string, options?: Options<'get'>) {
    return this.#items(this.inner.get(key, options));
  }

  override stat(key: string, options?: Options<'stat'>): Promise<ObjectInfo | undefined> {
    return this.inner.stat(key, options).catch(this.#tell);
  }

  override list(prefix: string, options?: Options<'list'>): AsyncIterable<ObjectInfo> {
    return this.#items(this.inner.list(prefix, options));
  }

  override children(prefix: string, options?: Options<'children'>): AsyncIterable<StorageChild> {
    return this.#items(this.inner.children(prefix, options));
  }

  /** Whoever takes them may throw into this where it yields: that is no failure of the storage. */
  async *#items<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await iterator.next().catch(this.#tell);
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
}
