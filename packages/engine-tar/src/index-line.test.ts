import { FreezerError } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { parseIndexLine, parseTime, sourcePathOf } from './index-line.ts';

const read = (line: string): unknown => parseIndexLine(line)?.entry;

describe('a line of the index file', () => {
  it.each([
    [
      'drwxrwsr-t+ 0/33             0 2026-11-21 15:35:26.879215059 "./d/sub/"',
      { path: 'd/sub', type: 'directory', mode: 0o3775, uid: 0, gid: 33, mtimeNs: 1_795_275_326_879_215_059n },
    ],
    ['drwxr-xr-x  0/0               0 2026-11-21 15:35:26.871215059 "./"', { path: '.', type: 'directory' }],
    ['lrwxrwxrwx  0/0               0 2026-11-21 15:35:26.759787603 "./a -> b" -> "x -> y\\nz"', { path: 'a -> b', type: 'symlink', target: 'x -> y\nz' }],
    ['brw-r--r--  0/0             8,1 2026-11-21 15:35:26.764928287 "./blk"', { type: 'block', size: 0, device: { major: 8, minor: 1 } }],
    ['crw-r--r--  0/0          10,200 2026-11-21 15:35:26.763314975 "./dev"', { type: 'character', device: { major: 10, minor: 200 } }],
    ['-rwsr-xr-x  0/0               0 1970-01-01 00:00:00           "./ep"', { type: 'file', mode: 0o4755, mtimeNs: 0n }],
    ['prw-r--r-- 0/0               0 2026-11-21 15:35:26.759787603 "./ff"', { type: 'fifo' }],
    ['hrw-r--r--  0/0               0 2026-11-21 15:35:26.758369899 "./hl" link to "./a"', { type: 'link', target: 'a', size: 0 }],
    [
      '-rw-r--r--* 4294967294/65534 1099511627776 2026-11-21 15:35:26.7 "./n\\377\\nl\\\\\\""',
      { path: 'n\xff\nl\\"', size: 1_099_511_627_776, uid: 4_294_967_294 },
    ],
    ['-rwSr-Sr-T. 0/0               7 2026-11-21 15:35:26 "single file"', { path: 'single file', mode: 0o7644 }],
  ])('%s', (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  it('of a volume label is no entry', () => {
    expect(read('V--------- 0/0               0 2026-11-21 15:35:26 "label"--Volume Header--')).toBeUndefined();
  });

  it.each(['', 'N name', '-rw-r--r-- 0/0 5 2026-11-21 15:35:26 name', '-rw-r--r-- 0/0 5 2026-11-21 15:35:26 "name', '-rw-r--r-- 0/0 5 yesterday "name"'])(
    'that is none (%j) is corrupt',
    (line) => {
      expect(() => read(line)).toThrow();
      try {
        read(line);
      } catch (error) {
        expect(FreezerError.is(error, 'corrupt')).toBe(true);
      }
    },
  );
});

describe('a time', () => {
  it.each([
    ['1960-01-02 03:04:06.876543211', -315_521_754_876_543_211n],
    ['1969-12-31 23:59:59', -1_000_000_000n],
    ['0001-01-01 00:00:00', -62_135_596_800_000_000_000n],
    ['12345-06-07 08:09:10.000000001', 327_416_976_550_000_000_001n],
    ['275760-09-13 00:00:01', 8_640_000_000_001_000_000_000n],
    ['2147485547-12-31 23:59:59', 67_768_036_191_676_799_000_000_000n],
    ['-2147481748-01-01 00:00:00.5', -67_768_040_609_740_800_500_000_000n],
    ['-5.25', -5_250_000_000n],
    ['9223372036854775807', 9_223_372_036_854_775_807_000_000_000n],
    ['300000000000000', 300_000_000_000_000_000_000_000n],
  ])('%s', (text, nanoseconds) => {
    expect(parseTime(text)).toBe(nanoseconds);
  });
});

describe('a member', () => {
  it.each([
    ['./', '.'],
    ['.', '.'],
    ['./a/b/', 'a/b'],
    ['a', 'a'],
    ['././a', 'a'],
    ['-x', '-x'],
    ['.hidden', '.hidden'],
    ['..a/', '..a'],
  ])('%s is the path %s', (name, path) => {
    expect(sourcePathOf(name)).toBe(path);
  });
});
