import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPaxHeader, readPaxRecords } from './pax-records.ts';

const bytes = fc.uint8Array({ maxLength: 1100 }).map((array) => Buffer.from(array).toString('latin1'));

test('records come back as they were written', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key: fc.constantFrom('path', 'linkpath', 'SCHILY.xattr.user.x'), value: bytes }), { minLength: 1 }), (records) => {
      const [header, body] = formatPaxHeader(records);
      const length = Number.parseInt(header?.toString('latin1', 124, 135) ?? '', 8);
      expect(readPaxRecords(body?.toString('latin1', 0, length) ?? '')).toEqual(records);
    }),
  );
});

test.each(['x', '4 a=\n', '7 a=b\n', '99 a=b\n', '5 ab\n', '6 a=b '])('%j is no record', (text) => {
  expect(() => readPaxRecords(text)).toThrow(expect.objectContaining({ code: 'corrupt' }));
});
