import { createHmac } from 'node:crypto';
import { FreezerError, type LevelId } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { documentOf, SET, SET_NAME, thrownBy } from '../test-support/documents.ts';
import { checkIdentity, encodeManifest, identityText, MANIFEST_MAX_BYTES, peekManifest, readManifest, sha256Hex } from './manifest.ts';

const WHERE = '1_200 of chain 100 of set web1_etc';
const ID: LevelId = { t0: 100, level: 1, t: 200 };
const DOCUMENT = documentOf(ID, { salt: Buffer.alloc(16, 7).toString('base64') });
const KEY = Buffer.alloc(32, 1);
const KEYS = [undefined, KEY];

describe('manifest', () => {
  test.each(KEYS)('what was written is read, with key %p', (key) => {
    const bytes = encodeManifest(DOCUMENT, key);
    const expected = { document: DOCUMENT, vouching: key ? 'hmac-sha256' : 'sha256', digest: sha256Hex(bytes) };
    expect(readManifest(bytes, key, WHERE)).toEqual(expected);
    expect(peekManifest(bytes, WHERE)).toEqual(expected);
  });

  test('is two lines: JSON, and what vouches for its bytes', () => {
    const [first = '', second, rest] = encodeManifest(DOCUMENT, KEY).toString('utf8').split('\n');
    expect(JSON.parse(first)).toEqual(DOCUMENT);
    expect(second).toBe(`hmac-sha256 ${createHmac('sha256', KEY).update(first).digest('hex')}`);
    expect(rest).toBe('');
    expect(encodeManifest(DOCUMENT, undefined).toString('utf8')).toBe(`${first}\nsha256 ${sha256Hex(Buffer.from(first))}\n`);
  });

  test('damage shows without a key where none is needed, and in one line', () => {
    const bytes = encodeManifest(DOCUMENT, undefined);
    for (const at of [1, 40, bytes.indexOf('"t0"') + 5]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(thrownBy(() => peekManifest(damaged, WHERE))).toMatchObject({ code: 'corrupt', message: `manifest of ${WHERE}: it is damaged` });
    }
    const other = Buffer.from('{"format":1,"identity":{}}');
    expect(thrownBy(() => peekManifest(Buffer.from(`${other}\nsha256 ${sha256Hex(other)}\n`), WHERE))).toMatchObject({
      code: 'corrupt',
      message: expect.not.stringContaining('\n'),
    });
  });

  test('a line end behind the second line may be absent', () => {
    expect(readManifest(encodeManifest(DOCUMENT, KEY).subarray(0, -1), KEY, WHERE).document).toEqual(DOCUMENT);
  });

  test('text that is not ASCII survives', () => {
    const document = { ...DOCUMENT, source: { kind: 'path', path: '/srv/Bücher \u{1F4DA}\n' } };
    expect(readManifest(encodeManifest(document, KEY), KEY, WHERE).document).toEqual(document);
  });

  test('another key is refused, and no key is told from that', () => {
    const bytes = encodeManifest(DOCUMENT, KEY);
    expect(
      FreezerError.is(
        thrownBy(() => readManifest(bytes, Buffer.alloc(32, 2), WHERE)),
        'corrupt',
      ),
    ).toBe(true);
    expect(
      FreezerError.is(
        thrownBy(() => readManifest(bytes, undefined, WHERE)),
        'unauthenticated',
      ),
    ).toBe(true);
    expect(() => readManifest(bytes, undefined, WHERE)).toThrow(/--encrypt-pass-file/);
  });

  test('an HMAC line cannot be replaced by a plain digest without being told', () => {
    const [first = ''] = encodeManifest(DOCUMENT, KEY).toString('utf8').split('\n');
    const forged = Buffer.from(`${first}\nsha256 ${sha256Hex(Buffer.from(first))}\n`);
    expect(readManifest(forged, KEY, WHERE).vouching).toBe('sha256');
  });

  test.each([
    ['nothing', ''],
    ['one line', '{}'],
    ['no second line', '{}\n'],
    ['a word that is not known', `{}\nmd5 ${'0'.repeat(64)}\n`],
    ['upper case', `{}\nsha256 ${sha256Hex(Buffer.from('{}')).toUpperCase()}\n`],
    ['a third line', `{}\nsha256 ${sha256Hex(Buffer.from('{}'))}\nx`],
    ['no JSON', `{\nsha256 ${sha256Hex(Buffer.from('{'))}\n`],
    ['null', `null\nsha256 ${sha256Hex(Buffer.from('null'))}\n`],
  ])('%s is refused as corrupt, and named', (_what, text) => {
    const error = thrownBy(() => readManifest(Buffer.from(text), undefined, WHERE));
    expect(FreezerError.is(error, 'corrupt')).toBe(true);
    expect(String(error)).toContain(WHERE);
    expect(
      FreezerError.is(
        thrownBy(() => peekManifest(Buffer.from(text), WHERE)),
        'corrupt',
      ),
    ).toBe(true);
  });

  test('a later format is unsupported, not corrupt', () => {
    const first = JSON.stringify({ ...DOCUMENT, format: 2 });
    const bytes = Buffer.from(`${first}\nsha256 ${sha256Hex(Buffer.from(first))}\n`);
    expect(
      FreezerError.is(
        thrownBy(() => readManifest(bytes, undefined, WHERE)),
        'unsupported',
      ),
    ).toBe(true);
    expect(
      FreezerError.is(
        thrownBy(() => peekManifest(bytes, WHERE)),
        'unsupported',
      ),
    ).toBe(true);
  });

  test('keys of later writers are kept', () => {
    const document = { ...DOCUMENT, note: 'later', objects: { ...DOCUMENT.objects, extra: { size: 1 } } };
    expect(readManifest(encodeManifest(document, KEY), KEY, WHERE).document).toEqual(document);
  });

  test('is never larger than 64 KiB', () => {
    const withExcludes = (count: number) => ({ ...DOCUMENT, options: { ...DOCUMENT.options, exclude: Array.from({ length: count }, () => 'x'.repeat(97)) } });
    expect(encodeManifest(withExcludes(600), KEY).length).toBeLessThanOrEqual(MANIFEST_MAX_BYTES);
    const error = thrownBy(() => encodeManifest(withExcludes(660), KEY));
    expect(FreezerError.is(error, 'too_large')).toBe(true);
    expect(String(error)).toContain('exclude');
  });
});

describe('checkIdentity', () => {
  const refusal = (set: string, engine: string, id: LevelId) => thrownBy(() => checkIdentity(DOCUMENT, set, engine, id, WHERE));

  test('takes the level that it names', () => {
    expect(refusal(SET_NAME, 'tar', ID)).toBeUndefined();
  });

  test.each<[string, string, string, LevelId]>([
    ['set', 'web1_etc2', 'tar', ID],
    ['host', 'web2_etc', 'tar', ID],
    ['engine', SET_NAME, 'rsync', ID],
    ['chain', SET_NAME, 'tar', { ...ID, t0: 101 }],
    ['level', SET_NAME, 'tar', { ...ID, level: 2 }],
    ['time', SET_NAME, 'tar', { ...ID, t: 201 }],
  ])('refuses that of another %s, and says whose it is', (_what, set, engine, id) => {
    const error = refusal(set, engine, id);
    expect(FreezerError.is(error, 'corrupt')).toBe(true);
    expect(String(error)).toContain('belongs to tar/web1_etc/100/1_200');
  });
});

test('identityText is one text for one level, and tells what a set name does not', () => {
  expect(identityText(SET, ID)).toBe('["tar","web1","etc",100,1,200]');
  expect(identityText({ engine: 'tar', host: 'a_b', name: 'c' }, ID)).not.toBe(identityText({ engine: 'tar', host: 'a', name: 'b_c' }, ID));
});
