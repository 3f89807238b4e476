import type { EntryType, IndexEntry, SkipReason } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatIndexLine, parseIndexLine } from './index-line.ts';

const TYPES: readonly EntryType[] = ['file', 'directory', 'symlink', 'link', 'fifo', 'character', 'block', 'socket'];
const REASONS: readonly SkipReason[] = ['unreadable', 'changed', 'vanished', 'failed', 'socket', 'mount', 'inode_flags', 'attributes'];

const text = fc.string({ unit: 'grapheme', minLength: 1 });
const bytes = fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 20 }).map((codes) => String.fromCharCode(...codes));
const tricky = fc
  .array(fc.constantFrom('a', '/', '"', '\\', '%', '\\u', '0041', '\n', '\x01', '\x7f', '\xc3', '\xa4', '\xff', ' '), { minLength: 1 })
  .map((parts) => parts.join(''));
const bytePath = fc.oneof(
  text.map((value) => Buffer.from(value.replaceAll('\0', '_'), 'utf8').toString('latin1')),
  bytes,
  tricky,
);
const id = fc.nat({ max: 2 ** 32 - 2 });
const held = fc
  .record(
    {
      path: bytePath,
      type: fc.constantFrom(...TYPES),
      size: fc.maxSafeNat(),
      mtimeNs: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
      mode: fc.nat({ max: 0o7777 }),
      uid: id,
      gid: id,
      target: bytePath,
      device: fc.record({ major: id, minor: id }, { noNullPrototype: true }),
    },
    { requiredKeys: ['path', 'type', 'size', 'mtimeNs', 'mode', 'uid', 'gid'], noNullPrototype: true },
  )
  .map((fields): IndexEntry => ({ kind: 'held', ...fields }));
const deleted = bytePath.map((path): IndexEntry => ({ kind: 'deleted', path }));
const skipped = fc
  .record({ path: bytePath, reason: fc.constantFrom(...REASONS), detail: text }, { requiredKeys: ['path', 'reason'], noNullPrototype: true })
  .map((fields): IndexEntry => ({ kind: 'skipped', ...fields }));
const entry = fc.oneof({ weight: 3, arbitrary: held }, deleted, skipped);

describe('a line of an index', () => {
  it('gives back any entry', () => {
    fc.assert(
      fc.property(entry, (given) => {
        expect(parseIndexLine(formatIndexLine(given), 2)).toEqual(given);
      }),
      { numRuns: 2000 },
    );
  });

  it('is one line of JSON in UTF-8 that others read', () => {
    fc.assert(
      fc.property(entry, (given) => {
        const line = formatIndexLine(given);
        expect([...line].filter((char) => char < ' ')).toEqual([]);
        const read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(line, 'latin1'))) as { p?: string };
        if (read.p !== undefined) expect(Buffer.from(read.p, 'utf8').toString('latin1')).toBe(given.path);
      }),
      { numRuns: 500 },
    );
  });

  it('is read alike when its writer escapes every char above ASCII', () => {
    fc.assert(
      fc.property(entry, (given) => {
        const text = Buffer.from(formatIndexLine(given), 'latin1').toString('utf8');
        const escaped = text.replaceAll(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
        expect(parseIndexLine(escaped, 2)).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });
});
