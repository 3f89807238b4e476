import { cfbDecryptStage } from '@freezer/codec';
import { FreezerError, type LevelId, objectKey, type SetId, SILENT, setName } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failureOf, SET, SET_NAME } from '../test-support/documents.ts';
import { keyOf } from '../test-support/levels.ts';
import { ARCHIVE, bytesOf, FIRST, FULL, LATER, PASSPHRASE, ReaderBench } from '../test-support/reader-bench.ts';
import { fileEntry } from '../test-support/real-level.ts';
import { readCatalog } from './catalog.ts';
import { ChainKeyring } from './chain-keys.ts';
import { readIndex } from './index-file/read-index.ts';
import { LevelReader } from './level-reader.ts';
import { identityText } from './manifest.ts';
import { judgeTrust } from './trust.ts';

let bench: ReaderBench;
beforeEach(async () => {
  bench = await ReaderBench.open();
});
afterEach(() => bench.close());

/** Everything below `data/` and `metadata/` of one level, copied to the place of another: what somebody with write access can do. */
function replay(from: { set?: SetId; id: LevelId }, to: { set?: SetId; id: LevelId }): void {
  for (const name of ['data', 'pieces', 'engine_metadata', 'index', 'manifest', 'metadata'] as const) {
    const source = from.set ?? SET;
    const target = to.set ?? SET;
    const bytes = bench.storage.objects.get(objectKey(source.engine, setName(source), from.id, name))?.bytes;
    if (bytes) bench.storage.keep(objectKey(target.engine, setName(target), to.id, name), bytes);
  }
}

describe('N35: somebody with write access exchanges what is whole in itself', () => {
  test.each<[string, SetId]>([
    ['host', { ...SET, host: 'web2' }],
    ['name', { ...SET, name: 'srv' }],
    ['engine', { ...SET, engine: 'rsync' }],
  ])('a level of another %s', async (_what, set) => {
    await bench.store(FULL, { secret: bench.secret() });
    await bench.store(FULL, { set, secret: bench.secret() });
    replay({ set, id: FULL }, { id: FULL });
    await bench.expectRefused(FULL, /^manifest of 0_100 .*belongs to /);
  });

  test('an older full under the name of a newer one', async () => {
    await bench.store(FULL, { secret: bench.secret() });
    replay({ id: FULL }, { id: LATER });
    await bench.expectRefused(LATER, /belongs to tar\/web1_etc\/100\/0_100/);
  });

  test('an older level under the name of a newer one of its chain', async () => {
    const base = await bench.store(FULL, { secret: bench.secret() });
    await bench.store(FIRST, { secret: bench.secret(), base });
    const second: LevelId = { ...FIRST, t: 105 };
    replay({ id: FIRST }, { id: second });
    await bench.expectRefused(second, /belongs to tar\/web1_etc\/100\/1_101/);
  });

  test('a full that is true, but not the one on which the level was made', async () => {
    const base = await bench.store(FULL, { secret: bench.secret() });
    await bench.store(FIRST, { secret: bench.secret(), base });
    await bench.store(FULL, { secret: bench.secret(), archive: Buffer.from('of another day') });
    const { reader, level } = await bench.readerOf();
    const levels = [await reader.open(level(FULL)), await reader.open(level(FIRST))];
    for (const opened of levels) await reader.check(opened);
    expect(() => judgeTrust(SET_NAME, levels, true, { allowUnauthenticated: true, requireAuthenticated: false })).toThrow(
      /is not the one that it was made from/,
    );
  });

  test('a level of a chain whose manifest was taken away', async () => {
    const base = await bench.store(FULL, { secret: bench.secret() });
    await bench.store(FIRST, { secret: bench.secret(), base });
    bench.storage.objects.delete(keyOf(FIRST, 'manifest'));
    const { reader, level } = await bench.readerOf();
    const levels = [await reader.open(level(FULL)), await reader.open(level(FIRST))];
    expect(() => judgeTrust(SET_NAME, levels, true, { allowUnauthenticated: false, requireAuthenticated: false })).toThrow(/may be forged/);
  });

  test('encrypted objects do not fit elsewhere, even with a manifest that says so', async () => {
    await bench.store(FULL, { secret: bench.secret() });
    const elsewhere = identityText({ ...SET, host: 'web2' }, FULL);
    const { reader, level } = await bench.readerOf();
    const opened = await reader.open(level(FULL));
    const entries = readIndex(reader.raw(opened, 'index'), { key: { chainKey: bench.keys.chainKey, identity: elsewhere } });
    expect(FreezerError.is(await failureOf(entries.header()), 'corrupt')).toBe(true);
  });
});

test('N39: the storage and the passphrase alone are enough, without anything that a host remembers', async () => {
  const base = await bench.store(FULL, { secret: bench.secret({ hideNames: true }) });
  await bench.store(FIRST, { secret: bench.secret({ hideNames: true }), base, entries: [fileEntry('etc/motd', 4)] });
  const catalog = await readCatalog(bench.storage, 'tar', SET_NAME);
  const reader = new LevelReader({ storage: bench.storage, catalog, keyring: new ChainKeyring(), passphrases: [PASSPHRASE], logger: SILENT });
  const paths: string[] = [];
  for (const level of catalog.chains[0]?.levels ?? []) {
    const opened = await reader.open(level);
    await reader.check(opened);
    const plain = cfbDecryptStage(PASSPHRASE, { digest: 'sha256' }).apply(reader.data(opened), {});
    expect((await bytesOf(plain)).equals(ARCHIVE)).toBe(true);
    const key = opened.keys && { chainKey: opened.keys.chainKey, identity: identityText(SET, level.id) };
    for await (const entry of readIndex(reader.raw(opened, 'index'), { key }).entries) paths.push(entry.path);
  }
  expect(paths).toEqual(['etc/hostname', 'etc/motd']);
});
