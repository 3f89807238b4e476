import type { ByteRange, ByteStream, CallOptions, ObjectInfo, PutOptions, StorageChild, StorageKey } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { describeCases } from '../contract-case.ts';
import { readAll } from '../sample-bytes.ts';
import { createMemoryPlace, type MemoryPlace, MemoryStorage } from './memory-storage.ts';
import { openStorageBench, STORAGE_CASES } from './storage-contract.ts';

const turn = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
};

class TruncatingGet extends MemoryStorage {
  override async *get(key: StorageKey, options?: CallOptions & { readonly range?: ByteRange }): ByteStream {
    const bytes = await readAll(super.get(key, options));
    yield bytes.subarray(0, Math.max(0, bytes.length - 1));
  }
}

class DeafPut extends MemoryStorage {
  override async put(key: StorageKey, body: ByteStream, { ifAbsent = false }: PutOptions = {}): Promise<ObjectInfo> {
    return await super.put(key, body, { ifAbsent });
  }
}

class PrefixOfText extends MemoryStorage {
  override async *list(prefix: StorageKey): AsyncGenerator<ObjectInfo> {
    for await (const info of super.list('')) if (info.key.startsWith(prefix)) yield info;
  }
}

class GreedyRemoval extends MemoryStorage {
  override async removeTree(prefix: StorageKey): Promise<void> {
    for (const key of [...this.place.objects.keys()]) if (key.startsWith(prefix)) this.place.objects.delete(key);
  }
}

class ReplacesAlways extends MemoryStorage {
  override async put(key: StorageKey, body: ByteStream, { signal }: PutOptions = {}): Promise<ObjectInfo> {
    return await super.put(key, body, { signal });
  }
}

class AsksTooEarly extends MemoryStorage {
  override async put(key: StorageKey, body: ByteStream, { ifAbsent = false, signal }: PutOptions = {}): Promise<ObjectInfo> {
    if (ifAbsent && this.place.objects.has(key)) return await super.put(key, body, { ifAbsent, signal });
    return await super.put(key, body, { signal });
  }
}

class SwallowsErrors extends MemoryStorage {
  override async put(key: StorageKey, body: ByteStream, options?: PutOptions): Promise<ObjectInfo> {
    const kept: Uint8Array[] = [];
    try {
      for await (const chunk of body) kept.push(chunk);
    } catch {
      kept.push(Buffer.from(' and no more'));
    }
    return await super.put(
      key,
      {
        async *[Symbol.asyncIterator]() {
          yield* kept;
        },
      },
      options,
    );
  }
}

class PullsAhead extends MemoryStorage {
  override async put(key: StorageKey, body: ByteStream, options?: PutOptions): Promise<ObjectInfo> {
    const iterator = body[Symbol.asyncIterator]();
    return await super.put(
      key,
      {
        async *[Symbol.asyncIterator]() {
          for (;;) {
            const [first, second] = await Promise.all([iterator.next(), iterator.next()]);
            if (first.done) return;
            yield first.value;
            if (second.done) return;
            yield second.value;
          }
        },
      },
      options,
    );
  }
}

/** Shows the folders of a key for a while before the object. */
class EmptyParent extends MemoryStorage {
  readonly #folders = new Set<string>();

  override async put(key: StorageKey, body: ByteStream, options?: PutOptions): Promise<ObjectInfo> {
    const folder = key.slice(0, key.lastIndexOf('/'));
    if (key.includes('/')) this.#folders.add(folder);
    await turn();
    await turn();
    const info = await super.put(key, body, options);
    this.#folders.delete(folder);
    return info;
  }

  override async *children(prefix: StorageKey, options?: CallOptions): AsyncGenerator<StorageChild> {
    yield* super.children(prefix, options);
    const above = prefix === '' ? '' : `${prefix}/`;
    for (const folder of this.#folders) {
      const name = folder.startsWith(above) ? folder.slice(above.length).split('/')[0] : '';
      if (name && !(await hasChild(super.children(prefix), name))) yield { name, isFolder: true };
    }
  }
}

const hasChild = async (children: AsyncIterable<StorageChild>, name: string): Promise<boolean> => {
  for await (const child of children) if (child.name === name) return true;
  return false;
};

class EatsTrees extends MemoryStorage {
  override async removeTree(prefix: StorageKey): Promise<void> {
    for await (const { key } of super.list(prefix)) {
      this.place.objects.delete(key);
      await turn();
    }
  }
}

class HalfVisible extends MemoryStorage {
  override async put(key: StorageKey, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    const place = this.place;
    return await super.put(
      key,
      {
        async *[Symbol.asyncIterator]() {
          for await (const chunk of body) {
            yield chunk;
            if (!options.ifAbsent) place.objects.set(key, { bytes: Buffer.from(chunk), modifiedAt: Date.now() });
          }
        },
      },
      options,
    );
  }
}

class LosesPages extends MemoryStorage {
  override async *list(prefix: StorageKey): AsyncGenerator<ObjectInfo> {
    let count = 0;
    for await (const info of super.list(prefix)) if ((count += 1) <= 1000) yield info;
  }
}

class IgnoresRange extends MemoryStorage {
  override get(key: StorageKey, options: CallOptions = {}): ByteStream {
    return super.get(key, { signal: options.signal });
  }
}

class ShowsTemporary extends MemoryStorage {
  override async *children(prefix: StorageKey): AsyncGenerator<StorageChild> {
    if (prefix === '') yield { name: '.freezer-tmp', isFolder: true };
    yield* super.children(prefix);
  }
}

class OneRemains extends MemoryStorage {
  override async close(): Promise<void> {
    this.place.remains.set('left-over', { owner: undefined, modifiedAt: 0 });
  }
}

const caseFailures = async (make: (place: MemoryPlace, run: string) => MemoryStorage): Promise<string[]> => {
  const failed: string[] = [];
  for (const { name, run } of STORAGE_CASES) {
    let place = createMemoryPlace();
    const { bench, cleanUp } = await openStorageBench({
      open: async () => {
        place = createMemoryPlace();
        return make(place, 'one');
      },
      openAnother: async () => make(place, 'two'),
    });
    await run(bench).catch(() => failed.push(name));
    await cleanUp();
  }
  return failed;
};

describe('the storage contract', () => {
  it('is kept by the memory storage, case by case, by hand too', async () => {
    expect(await caseFailures((place, run) => new MemoryStorage(place, run))).toEqual([]);
  });

  it.each([
    ['a get that truncates', TruncatingGet, 'put then get returns the same bytes: 65536 bytes'],
    ['a put that ignores abort', DeafPut, 'an abort stops pulling the body, and nothing stays'],
    ['a listing by text instead of segments', PrefixOfText, 'list sees what is below the prefix, by whole segments'],
    ['a removal by text instead of segments', GreedyRemoval, 'removeTree removes the prefix and nothing else, twice'],
    ['a put that ignores ifAbsent', ReplacesAlways, 'ifAbsent fails with already_exists, and what is there stays'],
    ['a put that asks for ifAbsent too early', AsksTooEarly, 'of two runs with ifAbsent exactly one wins'],
    ['a put that swallows errors of the body', SwallowsErrors, 'a failing body rethrows, and nothing stays'],
    ['a put that pulls twice at once', PullsAhead, 'the body is pulled one chunk at a time'],
    ['a put that shows an empty parent', EmptyParent, 'put never shows a parent without the object'],
    ['a removal that can be watched', EatsTrees, 'removeTree hides before it deletes'],
    ['a put that shows half', HalfVisible, 'a failing body rethrows, and nothing stays'],
    ['a listing that ends after a page', LosesPages, 'a long listing is complete'],
    ['a get that ignores the range', IgnoresRange, 'a range yields what it names, and what there is at the end'],
    ['a listing that shows the temporary folder', ShowsTemporary, 'listings never show .freezer-tmp'],
    ['a close that leaves remains', OneRemains, 'remains of a run are listed to others with their owner, refreshed, and gone after close'],
  ])('catches %s', async (_, Broken, expected) => {
    expect(await caseFailures((place, run) => new Broken(place, run))).toContain(expected);
  });

  it('refuses a waiver for a case that does not exist', () => {
    expect(() =>
      describeCases('x', STORAGE_CASES, { waive: { 'no such case': 'because' }, setUp: async () => Promise.reject(new TypeError('unused')) }),
    ).toThrow("no case is named 'no such case'");
  });
});
