import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { entriesOf, orderKey, orderOfNumber, recordId, termOf } from './record.ts';

describe('orderOfNumber', () => {
  it('sorts as numbers do', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (one, two) => {
        const [left, right] = [orderOfNumber(one), orderOfNumber(two)];
        expect(Math.sign(Number(left > right) - Number(left < right))).toBe(Math.sign(Number(one > two) - Number(one < two)));
      }),
    );
    expect(
      [10, -1, 0, 9, Number.POSITIVE_INFINITY, -2, Number.NEGATIVE_INFINITY, 0.5].toSorted((one, two) => (orderOfNumber(one) < orderOfNumber(two) ? -1 : 1)),
    ).toEqual([Number.NEGATIVE_INFINITY, -2, -1, 0, 0.5, 9, 10, Number.POSITIVE_INFINITY]);
    expect(orderOfNumber(-0)).toBe(orderOfNumber(0));
  });
});

describe('terms', () => {
  it('are short, and differ where values do', () => {
    const values = ['', '1', 1, true, 'true', null, 'null', 'x'.repeat(10_000), `${'x'.repeat(9999)}y`];
    const terms = values.flatMap((value) => [termOf('key', 'a', value), termOf('path', 'a', value), termOf('key', 'b', value)]);
    expect(new Set(terms).size).toBe(terms.length);
    expect(Math.max(...terms.map((term) => Buffer.byteLength(term)))).toBeLessThan(1000);
  });

  it('of a number are those of its text too', () => {
    expect(entriesOf({ a: { level: 1 } }).terms.toSorted()).toEqual(['.["a.level","1"]', '.["a.level",1]', '["level","1"]', '["level",1]']);
  });
});

describe('recordId', () => {
  it('is the id where a path of a URL and 512 bytes can hold it, else a digest that no id is', () => {
    expect(recordId('5f3c_A.b-c')).toBe('5f3c_A.b-c');
    for (const id of ['_x', '..', 'a/b', 'ü', '', 'x'.repeat(256), '=abc']) expect(recordId(id)).toMatch(/^=[\w-]{43}$/);
    expect(recordId('a/b')).not.toBe(recordId('a/c'));
  });
});

describe('orderKey', () => {
  it('is nothing for paths that a mapping cannot name', () => {
    expect(['a', 'a.b', '', '.a', 'a.', 'a..b', ' a', 'a\0', 'x'.repeat(301)].map(orderKey)).toEqual([
      'a',
      'a.b',
      ...Array.from({ length: 7 }, () => undefined),
    ]);
  });
});
