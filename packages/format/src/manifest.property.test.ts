import { FreezerError } from '@freezer/core';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { documentOf, thrownBy } from '../test-support/documents.ts';
import { encodeManifest, readManifest } from './manifest.ts';

const KEY = Buffer.alloc(32, 9);
const BYTES = encodeManifest(documentOf({ t0: 100, level: 0, t: 100 }, { salt: Buffer.alloc(16).toString('base64') }), KEY);

const isRefused = (bytes: Buffer): boolean => {
  const error = thrownBy(() => readManifest(bytes, KEY, 'x'));
  return FreezerError.is(error, 'corrupt') || FreezerError.is(error, 'unauthenticated');
};

test('an HMAC manifest with any byte altered is refused', () => {
  fc.assert(
    fc.property(fc.nat(BYTES.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const altered = Buffer.from(BYTES);
      altered[at] = (altered[at] ?? 0) ^ change;
      expect(isRefused(altered)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('cut off anywhere it is refused', () => {
  for (let end = 0; end < BYTES.length - 1; end += 1) expect(isRefused(BYTES.subarray(0, end))).toBe(true);
});

test('bytes put in anywhere are noticed', () => {
  fc.assert(
    fc.property(fc.nat(BYTES.length), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, extra) => {
      const longer = Buffer.concat([BYTES.subarray(0, at), extra, BYTES.subarray(at)]);
      expect(isRefused(longer)).toBe(true);
    }),
  );
});

test('whatever lies there in its place gives an error of ours and no other', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(
        FreezerError.is(
          thrownBy(() => readManifest(Buffer.from(bytes), KEY, 'x')),
          'corrupt',
        ),
      ).toBe(true);
    }),
  );
});
