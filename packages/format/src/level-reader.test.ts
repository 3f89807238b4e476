import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cfbDecryptStage, gcmDecryptStage } from '@freezer/codec';
import { collect, FreezerError, type LevelId, messageOf, type ObjectName, objectKey, type SetId, SILENT, setName } from '@freezer/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { failureOf, SET, SET_NAME } from '../test-support/documents.ts';
import { keyOf } from '../test-support/levels.ts';
import { fileEntry, type RealLevel, storeRealLevel } from '../test-support/real-level.ts';
import { SteppedStorage } from '../test-support/stepped-storage.ts';
import { type CatalogLevel, readCatalog } from './catalog.ts';
import { ChainKeyring, type ChainKeys } from './chain-keys.ts';
import { readIndex } from './index-file/read-index.ts';
import { LevelReader, type OpenedLevel } from './level-reader.ts';
import { identityText, MANIFEST_MAX_BYTES } from './manifest.ts';
import { supersede } from './removal.ts';
import { judgeTrust } from './trust.ts';

const PASSPHRASE = Buffer.from('a passphrase of some length');
const OTHER = Buffer.from('another one of some length');
const FULL: LevelId = { t0: 100, level: 0, t: 100 };
const FIRST: LevelId = { t0: 100, level: 1, t: 101 };
const LATER: LevelId = { t0: 900, level: 0, t: 900 };
const ARCHIVE = Buffer.from('what tar wrote '.repeat(1000));

const keyring = new ChainKeyring();
let keys: ChainKeys;
let workDir = '';
let storage = new SteppedStorage();

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'freezer-levels-'));
  keys = await keyring.keys(PASSPHRASE, Buffer.alloc(16, 5));
});

afterAll(async () => {
  await rm(workDir, { recursive: true, force: true });
});

beforeEach(() => {
  storage = new SteppedStorage();
});

interface Reading {
  readonly set?: string;
  readonly passphrases?: readonly Buffer[];
  readonly engine?: string;
}

async function readerOf({ set = SET_NAME, passphrases = [PASSPHRASE], engine = 'tar' }: Reading = {}) {
  const catalog = await readCatalog(storage, engine, set);
  const reader = new LevelReader({ storage, catalog, keyring, passphrases, logger: SILENT });
  const level = (id: LevelId): CatalogLevel => {
    const found = catalog.chains.find(({ t0 }) => t0 === id.t0)?.levels.find((one) => one.id.level === id.level && one.id.t === id.t);
    if (!found) throw new TypeError('the level was expected to be there');
    return found;
  };
  return { reader, level };
}

type Secret = NonNullable<RealLevel['secret']>;
const secret = (changes: Partial<Secret> = {}): Secret => ({ passphrase: PASSPHRASE, keys, encryption: 'aes-256-cfb', ...changes });

const store = (id: LevelId, given: Partial<RealLevel> = {}): Promise<string> => storeRealLevel(storage, { id, archive: ARCHIVE, workDir, ...given });

const bytesOf = (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => collect(stream, { maxBytes: 1e9 });

/** Opens a level, checks all of its objects and reads its data: what a restore believes. */
async function readAll(id: LevelId, given: Reading = {}): Promise<{ opened: OpenedLevel; data: Buffer }> {
  const { reader, level } = await readerOf(given);
  const opened = await reader.open(level(id));
  await reader.check(opened);
  return { opened, data: await bytesOf(reader.data(opened)) };
}

async function expectRefused(id: LevelId, name: RegExp, given: Reading = {}): Promise<void> {
  const error = await failureOf(readAll(id, given));
  expect(FreezerError.is(error, 'corrupt')).toBe(true);
  expect(messageOf(error)).toMatch(name);
}

describe('a sound level', () => {
  test('without a passphrase', async () => {
    await store(FULL);
    const { opened, data } = await readAll(FULL, { passphrases: [] });
    expect(data.equals(ARCHIVE)).toBe(true);
    expect(opened.manifest?.vouching).toBe('sha256');
    expect(opened.keys).toBeUndefined();
    expect(opened.metadata).toEqual({ engine_name: 'tar', compression: 'none', encryption: false });
  });

  test.each(['aes-256-cfb', 'aes-256-gcm'] as const)('encrypted with %s', async (encryption) => {
    await store(FULL, { secret: secret({ encryption, hideNames: true }) });
    const { opened, data } = await readAll(FULL);
    expect(opened.manifest?.vouching).toBe('hmac-sha256');
    expect(opened.passphrase).toBe(PASSPHRASE);
    const stage =
      encryption === 'aes-256-cfb'
        ? cfbDecryptStage(PASSPHRASE, { digest: 'sha256' })
        : gcmDecryptStage(keys.chainKey, { purpose: 'data', identity: identityText(SET, FULL) });
    async function* stored() {
      yield data;
    }
    expect((await bytesOf(stage.apply(stored(), {}))).equals(ARCHIVE)).toBe(true);
  });

  test('of Python Freezer has no manifest, and is read as it is', async () => {
    storage.keep(keyOf(FULL, 'data'), 'tar');
    storage.keep(keyOf(FULL, 'metadata'), '{"engine_name": "tar", "compression": "gzip", "encryption": false}');
    const { opened, data } = await readAll(FULL);
    expect(opened.manifest).toBeUndefined();
    expect(opened.metadata.compression).toBe('gzip');
    expect(data.toString()).toBe('tar');
  });

  test('that was superseded is read by its copy of the metadata', async () => {
    await store(FULL);
    const key = keyOf(FULL, 'metadata');
    storage.keep(keyOf(FULL, 'superseded'), storage.objects.get(key)?.bytes ?? '');
    storage.objects.delete(key);
    expect((await readAll(FULL)).opened.level.superseded).toBe(true);
  });

  test('may be superseded after it was listed', async () => {
    await store(FULL);
    const { reader, level } = await readerOf();
    await supersede(storage, { engine: 'tar', set: SET_NAME }, FULL);
    expect((await reader.open(level(FULL))).metadata.engine_name).toBe('tar');
    storage.objects.delete(keyOf(FULL, 'superseded'));
    expect(FreezerError.is(await failureOf(reader.open(level(FULL))), 'not_found')).toBe(true);
  });

  test('gives its first bytes, and its small objects raw', async () => {
    await store(FULL);
    const { reader, level } = await readerOf();
    const opened = await reader.open(level(FULL));
    expect((await reader.head(opened, 9)).toString()).toBe('what tar ');
    expect((await reader.head(opened, 1e6)).equals(ARCHIVE)).toBe(true);
    expect((await bytesOf(reader.raw(opened, 'engine_metadata'))).toString()).toContain('GNU tar');
    expect((await reader.peek(level(FULL)))?.digest).toBe(opened.manifest?.digest);
  });
});

describe('passphrases', () => {
  test('a wrong one is refused as such', async () => {
    await store(FULL, { secret: secret() });
    await expectRefused(FULL, /^manifest of 0_100 of chain 100 of set web1_etc: wrong passphrase, or it was altered/, { passphrases: [OTHER] });
  });

  test('none is told from a wrong one', async () => {
    await store(FULL, { secret: secret() });
    const error = await failureOf(readAll(FULL, { passphrases: [] }));
    expect(FreezerError.is(error, 'unauthenticated')).toBe(true);
    expect(messageOf(error)).toContain('--encrypt-pass-file');
  });

  test('several are tried in their order, also when chains have different ones', async () => {
    const others = await keyring.keys(OTHER, Buffer.alloc(16, 6));
    await store(FULL, { secret: secret() });
    await store(LATER, { secret: secret({ passphrase: OTHER, keys: others }) });
    for (const passphrases of [
      [PASSPHRASE, OTHER],
      [OTHER, PASSPHRASE],
    ]) {
      expect((await readAll(FULL, { passphrases })).opened.passphrase).toBe(PASSPHRASE);
      expect((await readAll(LATER, { passphrases })).opened.passphrase).toBe(OTHER);
    }
  });

  test('one that is given for a set that is not encrypted does no harm', async () => {
    await store(FULL);
    expect((await readAll(FULL)).opened.keys).toBeUndefined();
  });

  test('a salt that is altered is a wrong passphrase', async () => {
    await store(FULL, { secret: secret() });
    const bytes = storage.objects.get(keyOf(FULL, 'manifest'))?.bytes.toString('utf8') ?? '';
    storage.keep(keyOf(FULL, 'manifest'), bytes.replace(keys.salt.toString('base64'), Buffer.alloc(16, 9).toString('base64')));
    await expectRefused(FULL, /wrong passphrase, or it was altered/);
  });
});

describe('damage', () => {
  const NAMES = ['data', 'pieces', 'engine_metadata', 'state', 'index', 'metadata'] as const;
  const bytesAt = (id: LevelId, name: ObjectName): Buffer => Buffer.from(storage.objects.get(keyOf(id, name))?.bytes ?? '');

  beforeEach(async () => {
    await store(FULL, { secret: secret({ hideNames: true }) });
    // The same in another level, but for what binds it to that.
    await store(LATER, { secret: secret({ hideNames: true }) });
  });

  test.each(NAMES.filter((name) => name !== 'metadata'))('%s that is missing is named', async (name) => {
    storage.objects.delete(keyOf(FULL, name));
    await expectRefused(FULL, new RegExp(`^${name} of 0_100 of chain 100 of set web1_etc: is missing`));
  });

  test.each(NAMES.filter((name) => name !== 'engine_metadata'))('%s that is cut off is named', async (name) => {
    storage.keep(keyOf(FULL, name), bytesAt(FULL, name).subarray(0, -1));
    await expectRefused(FULL, new RegExp(`^${name} of 0_100`));
  });

  test.each(NAMES)('%s that has a byte too many is named', async (name) => {
    storage.keep(keyOf(FULL, name), Buffer.concat([bytesAt(FULL, name), Buffer.from('x')]));
    await expectRefused(FULL, new RegExp(`^${name} of 0_100`));
  });

  test.each(NAMES.filter((name) => name !== 'engine_metadata'))('%s with one byte altered is named', async (name) => {
    const bytes = bytesAt(FULL, name);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    storage.keep(keyOf(FULL, name), bytes);
    await expectRefused(FULL, new RegExp(`^${name} of 0_100`));
  });

  test.each(['data', 'pieces', 'state', 'index', 'manifest'] as const)('%s of another level is refused', async (name) => {
    storage.keep(keyOf(FULL, name), bytesAt(LATER, name));
    await expectRefused(FULL, new RegExp(`^${name} of 0_100`));
  });

  test('what is there of an object may be large without end: it is not gathered', async () => {
    storage.keep(keyOf(FULL, 'manifest'), Buffer.alloc(MANIFEST_MAX_BYTES + 1, 0x20));
    await expectRefused(FULL, /^manifest of 0_100 .*65536/);
  });

  test.each(['', '[]', 'null', '{"encryption": 1}', '{'])('metadata of a level without manifest that is %j is refused', async (text) => {
    storage.objects.delete(keyOf(FULL, 'manifest'));
    storage.keep(keyOf(FULL, 'metadata'), text);
    await expectRefused(FULL, /^metadata of 0_100 .*no document of Freezer/);
  });

  test('data of a level without manifest that is missing is named', async () => {
    storage.objects.delete(keyOf(FULL, 'manifest'));
    storage.objects.delete(keyOf(FULL, 'data'));
    await expectRefused(FULL, /^data of 0_100 .*missing/);
  });

  test('every problem of a level is told, one by one', async () => {
    storage.objects.delete(keyOf(FULL, 'data'));
    storage.objects.delete(keyOf(FULL, 'index'));
    storage.keep(keyOf(FULL, 'state'), 'x');
    const { reader, level } = await readerOf();
    const found: string[] = [];
    for await (const problem of reader.problems(await reader.open(level(FULL)))) found.push(messageOf(problem).split(' ')[0] ?? '');
    expect(found).toEqual(['data', 'state', 'index']);
  });

  test('a storage that fails is not taken for damage', async () => {
    const { reader, level } = await readerOf();
    const first = storage.calls;
    await bytesOf(reader.data(await reader.open(level(FULL))));
    const calls = storage.calls - first;
    expect(calls).toBeGreaterThan(3);
    for (let at = 0; at < calls; at += 1) {
      storage.failAt = storage.calls + at;
      const error = await failureOf(reader.open(level(FULL)).then((opened) => bytesOf(reader.data(opened))));
      expect(FreezerError.is(error, 'unavailable')).toBe(true);
    }
  });
});

/** Everything below `data/` and `metadata/` of one level, copied to the place of another: what somebody with write access can do. */
function replay(from: { set?: SetId; id: LevelId }, to: { set?: SetId; id: LevelId }): void {
  for (const name of ['data', 'pieces', 'engine_metadata', 'index', 'manifest', 'metadata'] as const) {
    const source = from.set ?? SET;
    const target = to.set ?? SET;
    const bytes = storage.objects.get(objectKey(source.engine, setName(source), from.id, name))?.bytes;
    if (bytes) storage.keep(objectKey(target.engine, setName(target), to.id, name), bytes);
  }
}

describe('N35: somebody with write access exchanges what is whole in itself', () => {
  test.each<[string, SetId]>([
    ['host', { ...SET, host: 'web2' }],
    ['name', { ...SET, name: 'srv' }],
    ['engine', { ...SET, engine: 'rsync' }],
  ])('a level of another %s', async (_what, set) => {
    await store(FULL, { secret: secret() });
    await store(FULL, { set, secret: secret() });
    replay({ set, id: FULL }, { id: FULL });
    await expectRefused(FULL, /^manifest of 0_100 .*belongs to /);
  });

  test('an older full under the name of a newer one', async () => {
    await store(FULL, { secret: secret() });
    replay({ id: FULL }, { id: LATER });
    await expectRefused(LATER, /belongs to tar\/web1_etc\/100\/0_100/);
  });

  test('an older level under the name of a newer one of its chain', async () => {
    const base = await store(FULL, { secret: secret() });
    await store(FIRST, { secret: secret(), base });
    const second: LevelId = { ...FIRST, t: 105 };
    replay({ id: FIRST }, { id: second });
    await expectRefused(second, /belongs to tar\/web1_etc\/100\/1_101/);
  });

  test('a full that is true, but not the one on which the level was made', async () => {
    const base = await store(FULL, { secret: secret() });
    await store(FIRST, { secret: secret(), base });
    await store(FULL, { secret: secret(), archive: Buffer.from('of another day') });
    const { reader, level } = await readerOf();
    const levels = [await reader.open(level(FULL)), await reader.open(level(FIRST))];
    for (const opened of levels) await reader.check(opened);
    expect(() => judgeTrust(SET_NAME, levels, true, { allowUnauthenticated: true, requireAuthenticated: false })).toThrow(
      /is not the one that it was made from/,
    );
  });

  test('a level of a chain whose manifest was taken away', async () => {
    const base = await store(FULL, { secret: secret() });
    await store(FIRST, { secret: secret(), base });
    storage.objects.delete(keyOf(FIRST, 'manifest'));
    const { reader, level } = await readerOf();
    const levels = [await reader.open(level(FULL)), await reader.open(level(FIRST))];
    expect(() => judgeTrust(SET_NAME, levels, true, { allowUnauthenticated: false, requireAuthenticated: false })).toThrow(/may be forged/);
  });

  test('encrypted objects do not fit elsewhere, even with a manifest that says so', async () => {
    await store(FULL, { secret: secret() });
    const elsewhere = identityText({ ...SET, host: 'web2' }, FULL);
    const { reader, level } = await readerOf();
    const opened = await reader.open(level(FULL));
    const entries = readIndex(reader.raw(opened, 'index'), { key: { chainKey: keys.chainKey, identity: elsewhere } });
    expect(FreezerError.is(await failureOf(entries.header()), 'corrupt')).toBe(true);
  });
});

test('N39: the storage and the passphrase alone are enough, without anything that a host remembers', async () => {
  const base = await store(FULL, { secret: secret({ hideNames: true }) });
  await store(FIRST, { secret: secret({ hideNames: true }), base, entries: [fileEntry('etc/motd', 4)] });
  const catalog = await readCatalog(storage, 'tar', SET_NAME);
  const reader = new LevelReader({ storage, catalog, keyring: new ChainKeyring(), passphrases: [PASSPHRASE], logger: SILENT });
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
