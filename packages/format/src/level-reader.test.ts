import { cfbDecryptStage, gcmDecryptStage } from '@freezer/codec';
import { FreezerError, messageOf, type ObjectName } from '@freezer/core';
import { FaultyStorage } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failureOf, SET, SET_NAME } from '../test-support/documents.ts';
import { keyOf } from '../test-support/levels.ts';
import { ARCHIVE, bytesOf, FULL, LATER, PASSPHRASE, ReaderBench } from '../test-support/reader-bench.ts';
import { identityText, MANIFEST_MAX_BYTES } from './manifest.ts';
import { supersede } from './removal.ts';

const OTHER = Buffer.from('another one of some length');

let bench: ReaderBench;
beforeEach(async () => {
  bench = await ReaderBench.open();
});
afterEach(() => bench.close());

describe('a sound level', () => {
  test('without a passphrase', async () => {
    await bench.store(FULL);
    const { opened, data } = await bench.readAll(FULL, []);
    expect(data.equals(ARCHIVE)).toBe(true);
    expect(opened.manifest?.vouching).toBe('sha256');
    expect(opened.keys).toBeUndefined();
    expect(opened.metadata).toEqual({ engine_name: 'tar', compression: 'none', encryption: false });
  });

  test.each(['aes-256-cfb', 'aes-256-gcm'] as const)('encrypted with %s', async (encryption) => {
    await bench.store(FULL, { secret: bench.secret({ encryption, hideNames: true }) });
    const { opened, data } = await bench.readAll(FULL);
    expect(opened.manifest?.vouching).toBe('hmac-sha256');
    expect(opened.passphrase).toBe(PASSPHRASE);
    const stage =
      encryption === 'aes-256-cfb'
        ? cfbDecryptStage(PASSPHRASE, { digest: 'sha256' })
        : gcmDecryptStage(bench.keys.chainKey, { purpose: 'data', identity: identityText(SET, FULL) });
    async function* stored() {
      yield data;
    }
    expect((await bytesOf(stage.apply(stored(), {}))).equals(ARCHIVE)).toBe(true);
  });

  test('of Python Freezer has no manifest, and is read as it is', async () => {
    bench.storage.keep(keyOf(FULL, 'data'), 'tar');
    bench.storage.keep(keyOf(FULL, 'metadata'), '{"engine_name": "tar", "compression": "gzip", "encryption": false}');
    const { opened, data } = await bench.readAll(FULL);
    expect(opened.manifest).toBeUndefined();
    expect(opened.metadata.compression).toBe('gzip');
    expect(data.toString()).toBe('tar');
  });

  test('that was superseded is read by its copy of the metadata', async () => {
    await bench.store(FULL);
    const key = keyOf(FULL, 'metadata');
    bench.storage.keep(keyOf(FULL, 'superseded'), bench.storage.objects.get(key)?.bytes ?? '');
    bench.storage.objects.delete(key);
    expect((await bench.readAll(FULL)).opened.level.superseded).toBe(true);
  });

  test('may be superseded after it was listed', async () => {
    await bench.store(FULL);
    const { reader, level } = await bench.readerOf();
    await supersede(bench.storage, { engine: 'tar', set: SET_NAME }, FULL);
    expect((await reader.open(level(FULL))).metadata.engine_name).toBe('tar');
    bench.storage.objects.delete(keyOf(FULL, 'superseded'));
    expect(FreezerError.is(await failureOf(reader.open(level(FULL))), 'not_found')).toBe(true);
  });

  test('is not called damaged when its manifest was not read to its end', async () => {
    await bench.store(FULL);
    const storage = new FaultyStorage(bench.storage, [{ operation: 'get', key: /manifest$/, kind: 'truncate', bytes: 9 }]);
    const { reader, level } = await bench.readerOf([], storage);
    const error = await failureOf(reader.open(level(FULL)));
    expect(FreezerError.is(error, 'unavailable')).toBe(true);
    expect(messageOf(error)).toMatch(/^manifest of 0_100 of chain 100 of set web1_etc: only 9 of \d+ bytes were read$/);
  });

  test('gives its first bytes, and its small objects raw', async () => {
    await bench.store(FULL);
    const { reader, level } = await bench.readerOf();
    const opened = await reader.open(level(FULL));
    expect((await reader.head(opened, 9)).toString()).toBe('what tar ');
    expect((await reader.head(opened, 1e6)).equals(ARCHIVE)).toBe(true);
    expect((await bytesOf(reader.raw(opened, 'engine_metadata'))).toString()).toContain('GNU tar');
    expect((await reader.peek(level(FULL)))?.digest).toBe(opened.manifest?.digest);
  });
});

describe('passphrases', () => {
  test('a wrong one is refused as such', async () => {
    await bench.store(FULL, { secret: bench.secret() });
    await bench.expectRefused(FULL, /^manifest of 0_100 of chain 100 of set web1_etc: wrong passphrase, or it was altered/, [OTHER]);
  });

  test('none is told from a wrong one', async () => {
    await bench.store(FULL, { secret: bench.secret() });
    const error = await failureOf(bench.readAll(FULL, []));
    expect(FreezerError.is(error, 'unauthenticated')).toBe(true);
    expect(messageOf(error)).toContain('--encrypt-pass-file');
  });

  test('several are tried in their order, also when chains have different ones', async () => {
    const others = await bench.keyring.keys(OTHER, Buffer.alloc(16, 6));
    await bench.store(FULL, { secret: bench.secret() });
    await bench.store(LATER, { secret: bench.secret({ passphrase: OTHER, keys: others }) });
    for (const passphrases of [
      [PASSPHRASE, OTHER],
      [OTHER, PASSPHRASE],
    ]) {
      expect((await bench.readAll(FULL, passphrases)).opened.passphrase).toBe(PASSPHRASE);
      expect((await bench.readAll(LATER, passphrases)).opened.passphrase).toBe(OTHER);
    }
  });

  test('one that is given for a set that is not encrypted does no harm', async () => {
    await bench.store(FULL);
    expect((await bench.readAll(FULL)).opened.keys).toBeUndefined();
  });

  test('a salt that is altered is a wrong passphrase', async () => {
    await bench.store(FULL, { secret: bench.secret() });
    const bytes = bench.storage.objects.get(keyOf(FULL, 'manifest'))?.bytes.toString('utf8') ?? '';
    bench.storage.keep(keyOf(FULL, 'manifest'), bytes.replace(bench.keys.salt.toString('base64'), Buffer.alloc(16, 9).toString('base64')));
    await bench.expectRefused(FULL, /wrong passphrase, or it was altered/);
  });
});

describe('damage', () => {
  const NAMES = ['data', 'pieces', 'engine_metadata', 'state', 'index', 'metadata'] as const;
  const bytesAt = (id: typeof FULL, name: ObjectName): Buffer => Buffer.from(bench.storage.objects.get(keyOf(id, name))?.bytes ?? '');

  beforeEach(async () => {
    await bench.store(FULL, { secret: bench.secret({ hideNames: true }) });
    // The same in another level, but for what binds it to that.
    await bench.store(LATER, { secret: bench.secret({ hideNames: true }) });
  });

  test.each(NAMES.filter((name) => name !== 'metadata'))('%s that is missing is named', async (name) => {
    bench.storage.objects.delete(keyOf(FULL, name));
    await bench.expectRefused(FULL, new RegExp(`^${name} of 0_100 of chain 100 of set web1_etc: is missing`));
  });

  test.each(NAMES.filter((name) => name !== 'engine_metadata'))('%s that is cut off is named', async (name) => {
    bench.storage.keep(keyOf(FULL, name), bytesAt(FULL, name).subarray(0, -1));
    await bench.expectRefused(FULL, new RegExp(`^${name} of 0_100`));
  });

  test.each(NAMES)('%s that has a byte too many is named', async (name) => {
    bench.storage.keep(keyOf(FULL, name), Buffer.concat([bytesAt(FULL, name), Buffer.from('x')]));
    await bench.expectRefused(FULL, new RegExp(`^${name} of 0_100`));
  });

  test.each(NAMES.filter((name) => name !== 'engine_metadata'))('%s with one byte altered is named', async (name) => {
    const bytes = bytesAt(FULL, name);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    bench.storage.keep(keyOf(FULL, name), bytes);
    await bench.expectRefused(FULL, new RegExp(`^${name} of 0_100`));
  });

  test.each(['data', 'pieces', 'state', 'index', 'manifest'] as const)('%s of another level is refused', async (name) => {
    bench.storage.keep(keyOf(FULL, name), bytesAt(LATER, name));
    await bench.expectRefused(FULL, new RegExp(`^${name} of 0_100`));
  });

  test('what is there of an object may be large without end: it is not gathered', async () => {
    bench.storage.keep(keyOf(FULL, 'manifest'), Buffer.alloc(MANIFEST_MAX_BYTES + 1, 0x20));
    await bench.expectRefused(FULL, /^manifest of 0_100 .*65536/);
  });

  test.each(['', '[]', 'null', '{"encryption": 1}', '{'])('metadata of a level without manifest that is %j is refused', async (text) => {
    bench.storage.objects.delete(keyOf(FULL, 'manifest'));
    bench.storage.keep(keyOf(FULL, 'metadata'), text);
    await bench.expectRefused(FULL, /^metadata of 0_100 .*no document of Freezer/);
  });

  test('data of a level without manifest that is missing is named', async () => {
    bench.storage.objects.delete(keyOf(FULL, 'manifest'));
    bench.storage.objects.delete(keyOf(FULL, 'data'));
    await bench.expectRefused(FULL, /^data of 0_100 .*missing/);
  });

  test('every problem of a level is told, one by one', async () => {
    bench.storage.objects.delete(keyOf(FULL, 'data'));
    bench.storage.objects.delete(keyOf(FULL, 'index'));
    bench.storage.keep(keyOf(FULL, 'state'), 'x');
    const { reader, level } = await bench.readerOf();
    const found: string[] = [];
    for await (const problem of reader.problems(await reader.open(level(FULL)))) found.push(messageOf(problem).split(' ')[0] ?? '');
    expect(found).toEqual(['data', 'state', 'index']);
  });

  test('a storage that fails is not taken for damage', async () => {
    const { reader, level } = await bench.readerOf();
    const first = bench.storage.calls;
    await bytesOf(reader.data(await reader.open(level(FULL))));
    const calls = bench.storage.calls - first;
    expect(calls).toBeGreaterThan(3);
    for (let at = 0; at < calls; at += 1) {
      bench.storage.failAt = bench.storage.calls + at;
      const error = await failureOf(reader.open(level(FULL)).then((opened) => bytesOf(reader.data(opened))));
      expect(FreezerError.is(error, 'unavailable')).toBe(true);
    }
  });
});
