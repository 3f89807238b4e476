import { FreezerError, type ObjectInfo, once, type StorageChild, type StorageKey } from '@freezer/core';
import { CaptureLogger, MemoryStorage } from '@freezer/testing';
import { expect, it } from '@jest/globals';
import { ReadableParts } from './readable-parts.ts';

const DENIED = 'metadata/tar/secret';

/** As a disk does it: the walk fails where it comes to the folder. */
class LockedFolder extends MemoryStorage {
  override async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    for await (const info of super.list(prefix)) {
      if (info.key.startsWith(`${DENIED}/`)) throw new FreezerError('permission_denied', `${DENIED}: Permission denied`);
      yield info;
    }
  }

  override async *children(prefix: string): AsyncGenerator<StorageChild> {
    if (prefix === DENIED) throw new FreezerError('permission_denied', `${DENIED}: Permission denied`);
    yield* super.children(prefix);
  }
}

it('what may be read is listed once, and what may not is named once', async () => {
  const inner = new LockedFolder();
  await inner.prepare();
  const open = ['metadata/tar/a_set/1/0_1/metadata', 'metadata/tar/z_set/2/0_2/metadata', 'metadata/rsync/b_set/3/0_3/metadata'];
  for (const key of [...open, `${DENIED}/4/0_4/metadata`]) await inner.put(key, once(Buffer.from('{}')));
  const logger = new CaptureLogger();
  const storage = new ReadableParts(inner, { logger });
  expect(storage.isPartial).toBe(false);
  for (let time = 0; time < 2; time += 1) {
    const keys: string[] = [];
    for await (const { key } of storage.list('metadata')) keys.push(key);
    expect(keys.toSorted()).toEqual(open.toSorted());
  }
  expect(storage.isPartial).toBe(true);
  expect(logger.lines).toMatchObject([{ level: 'warn', fields: { folder: DENIED } }]);
});

it('a container that may not be looked into at all is a failure', async () => {
  const denied = new FreezerError('permission_denied', 'this account may not do that');
  const inner = new (class extends MemoryStorage {
    override async *list(): AsyncGenerator<ObjectInfo> {
      yield* [];
      throw denied;
    }

    override async *children(): AsyncGenerator<StorageChild> {
      yield* [];
      throw denied;
    }
  })();
  const listing = new ReadableParts(inner, { logger: new CaptureLogger() }).list('metadata');
  await expect(listing.next()).rejects.toBe(denied);
});

it('a container of which one part may be listed, and nothing may be looked into, is a partial listing', async () => {
  const denied = new FreezerError('permission_denied', 'this account may not do that');
  const inner = new (class extends MemoryStorage {
    override async *list(prefix: StorageKey): AsyncGenerator<ObjectInfo> {
      yield* [];
      if (prefix !== 'metadata') throw denied;
    }

    override async *children(): AsyncGenerator<StorageChild> {
      yield* [];
      throw denied;
    }
  })();
  const parts = new ReadableParts(inner, { logger: new CaptureLogger() });
  for (const prefix of ['metadata', 'data']) expect(await parts.list(prefix).next()).toMatchObject({ done: true });
  expect(parts.isPartial).toBe(true);
});

it('other failures are failures', async () => {
  const inner = new (class extends MemoryStorage {
    override async *list(): AsyncGenerator<ObjectInfo> {
      yield* [];
      throw new FreezerError('unavailable', 'the disk is gone');
    }
  })();
  const listing = new ReadableParts(inner, { logger: new CaptureLogger() }).list('metadata');
  await expect(listing.next()).rejects.toMatchObject({ code: 'unavailable' });
});
