import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readMetadataObject, writeMetadataObject } from './metadata-object.ts';
import { type JsonValue, pythonJson } from './python-json.ts';

/** As Debian's Freezer wrote them. */
const GOLDEN = [
  [{ engineName: 'tar', compression: 'gzip', encryption: false }, '{"engine_name": "tar", "compression": "gzip", "encryption": false}'],
  [{ engineName: 'tar', compression: 'bzip2', encryption: false }, '{"engine_name": "tar", "compression": "bzip2", "encryption": false}'],
  [{ engineName: 'tar', compression: 'gzip', encryption: true }, '{"engine_name": "tar", "compression": "gzip", "encryption": true}'],
  [
    { engineName: 'rsync', compression: 'gzip', engineKeys: { rsync_block_size: 4096 }, encryption: true },
    '{"engine_name": "rsync", "compression": "gzip", "rsync_block_size": 4096, "encryption": true}',
  ],
] as const;

describe('metadata object', () => {
  test.each(GOLDEN)('%j is written byte by byte as Freezer does', (facts, text) => {
    expect(writeMetadataObject(facts)).toBe(text);
  });

  test.each(GOLDEN)('%j is read back', (facts, text) => {
    const document = readMetadataObject(Buffer.from(text));
    expect(document).toMatchObject({ engine_name: facts.engineName, compression: facts.compression, encryption: facts.encryption });
    expect(pythonJson(JSON.parse(text))).toBe(text);
  });

  test('of tar with gzip it has 66 bytes', () => {
    expect(Buffer.byteLength(writeMetadataObject({ engineName: 'tar', compression: 'gzip', encryption: false }))).toBe(66);
  });

  test('keys may be missing, and others are kept', () => {
    expect(readMetadataObject('{}')).toEqual({});
    expect(readMetadataObject('{"engine_name":"osbrick","volume_info":{"size":1},"encryption":false}')).toEqual({
      engine_name: 'osbrick',
      volume_info: { size: 1 },
      encryption: false,
    });
    expect(writeMetadataObject({ engineName: 'osbrick', encryption: false })).toBe('{"engine_name": "osbrick", "encryption": false}');
  });

  test.each(['', '{', '[]', 'null', '{"encryption": "no"}', '{"compression": 1}'])('refuses %j and names the object', (text) => {
    expect(() => readMetadataObject(text, 'metadata of x')).toThrow(/^metadata of x: is no metadata document \([^\n]+\)$/);
  });

  test('an engine may not overwrite the keys that are not its own', () => {
    expect(() => writeMetadataObject({ engineName: 'tar', encryption: true, engineKeys: { encryption: false } })).toThrow(TypeError);
  });
});

describe('pythonJson', () => {
  test('is what json.dumps writes', () => {
    expect(pythonJson({ a: [1, 'é', null, true, []], 'b"': {}, left: undefined, c: '😀\u007f\n/' })).toBe(
      '{"a": [1, "\\u00e9", null, true, []], "b\\"": {}, "c": "\\ud83d\\ude00\\u007f\\n/"}',
    );
    expect(() => pythonJson(Number.NaN)).toThrow(TypeError);
  });

  test('means the same as JSON, in ASCII', () => {
    const isValue = (value: unknown): value is JsonValue => value !== undefined;
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }).filter(isValue), (value) => {
        const text = pythonJson(value);
        expect(text).toMatch(/^[ -~]*$/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
