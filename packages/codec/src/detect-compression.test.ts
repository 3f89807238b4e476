import { expect, test } from '@jest/globals';
import { DETECT_BYTES, detectCompression } from './detect-compression.ts';

test.each([
  ['1f8b0800', 'gzip'],
  ['425a6839', 'bzip2'],
  ['fd377a585a0000', 'xz'],
  ['28b52ffd00', 'zstd'],
  ['1f8b', undefined],
  ['', undefined],
  ['00000000', undefined],
] as const)('%s is %s', (hex, expected) => {
  expect(detectCompression(Buffer.from(hex, 'hex'))).toBe(expected);
});

test('a bare tar archive is known by its 262nd byte', () => {
  const archive = Buffer.alloc(512);
  archive.write('ustar  ', 257, 'latin1');
  expect(detectCompression(archive)).toBe('none');
  expect(detectCompression(archive.subarray(0, DETECT_BYTES))).toBe('none');
  expect(detectCompression(archive.subarray(0, DETECT_BYTES - 1))).toBeUndefined();
});
