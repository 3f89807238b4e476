import { describe, expect, it } from '@jest/globals';
import { inScope, matchesField, matchesFilter } from './matches-filter.ts';
import { scalarsOf, valueAt } from './scalars.ts';
import { compareSortValues, type SortValue, sortValueAt } from './sort-value.ts';
import { wordsOf, wordsOfDocument } from './words.ts';

describe('scalarsOf', () => {
  it('tells key and path of each, and no path behind a list or a dotted key', () => {
    const found = [...scalarsOf({ a: 1, b: { c: 'x', 'd.e': { f: null } }, g: [true, { h: 2 }], i: {}, j: [] })];
    expect(found.toSorted((one, two) => String(one.value).localeCompare(String(two.value)))).toEqual([
      { value: 1, key: 'a', path: 'a' },
      { value: 2, key: 'h', path: undefined },
      { value: null, key: 'f', path: undefined },
      { value: true, key: undefined, path: undefined },
      { value: 'x', key: 'c', path: 'b.c' },
    ]);
  });

  it('goes as deep as a document is', () => {
    let document: Record<string, unknown> = { key: 'deep' };
    for (let depth = 0; depth < 100_000; depth += 1) document = { in: document };
    expect([...scalarsOf(document)].map(({ value }) => value)).toEqual(['deep']);
  });
});

describe('valueAt', () => {
  it('goes through objects, not through lists or what every object inherits', () => {
    expect(valueAt({ a: { b: 1 } }, 'a.b')).toBe(1);
    expect(valueAt({ a: [1] }, 'a.0')).toBeUndefined();
    expect(valueAt({ a: [1] }, 'a.length')).toBeUndefined();
    expect(valueAt({}, 'constructor.name')).toBeUndefined();
    expect(valueAt({ a: 'text' }, 'a.length')).toBeUndefined();
  });
});

describe('matchesField', () => {
  it.each([
    [{ a: 1 }, 'a', 1, true],
    [{ a: 1 }, 'a', '1', true],
    [{ a: '1' }, 'a', 1, false],
    [{ a: true }, 'a', 'true', false],
    [{ a: null }, 'a', null, true],
    [{}, 'a', null, false],
    [{ b: [{ a: 'x' }] }, 'a', 'x', true],
    [{ a: ['x'] }, 'a', 'x', false],
    [{ a: { b: 'x' } }, 'a.b', 'x', true],
    [{ c: { a: { b: 'x' } } }, 'a.b', 'x', false],
    [{ 'a.b': 'x' }, 'a.b', 'x', false],
  ])('%j under %s equal to %j: %s', (document, key, value, expected) => {
    expect(matchesField(document, { key, value })).toBe(expected);
  });
});

describe('matchesFilter and inScope', () => {
  it('wants all of match, none of matchNot, ranges and words', () => {
    const document = { a: 1, b: 'Zürich West', c: { d: 5 } };
    expect(matchesFilter(document, {})).toBe(true);
    expect(
      matchesFilter(document, { match: [{ key: 'a', value: 1 }], matchNot: [{ key: 'a', value: 2 }], text: 'we zür', ranges: [{ path: 'c.d', from: 5 }] }),
    ).toBe(true);
    expect(matchesFilter(document, { matchNot: [{ key: 'a', value: 1 }] })).toBe(false);
    expect(matchesFilter(document, { text: 'est' })).toBe(false);
    expect(matchesFilter(document, { ranges: [{ path: 'd', from: 0 }] })).toBe(false);
    expect(matchesFilter(document, { ranges: [{ path: 'c.d', to: 4.9 }] })).toBe(false);
  });

  it('walks a document once, however much is asked for', () => {
    let walks = 0;
    const document = new Proxy(
      { a: 1, b: ['x'], c: { a: 2 } },
      {
        ownKeys: (target) => {
          walks += 1;
          return Reflect.ownKeys(target);
        },
      },
    );
    const others = Array.from({ length: 100 }, (_, index) => ({ key: 'a', value: `x${index}` }));
    const match = [
      { key: 'a', value: 1 },
      { key: 'a', value: '2' },
      { key: 'c.a', value: 2 },
    ];
    expect(matchesFilter(document, { match, matchNot: others })).toBe(true);
    expect(walks).toBe(1);
    expect(matchesFilter(document, { match: [{ key: 'b', value: 'x' }] })).toBe(false);
    expect(matchesFilter(document, { matchNot: [...others, { key: 'a', value: 2 }] })).toBe(false);
  });

  it('takes what is shared as its own', () => {
    const owner = { projectId: 'p', userId: 'u' };
    const shared = { key: 'is_central', value: true };
    expect(inScope({}, owner, {})).toBe(true);
    expect(inScope({}, owner, { projectId: 'p', userId: 'v' })).toBe(false);
    expect(inScope({ a: { is_central: true } }, owner, { projectId: 'q', shared })).toBe(true);
    expect(inScope({ is_central: 1 }, owner, { projectId: 'q', shared })).toBe(false);
  });
});

describe('words', () => {
  it('are letters and digits in lower case', () => {
    expect(wordsOf('Web-01.Example: ÜBER_all 東京/x')).toEqual(['web', '01', 'example', 'über', 'all', '東京', 'x']);
    expect([...wordsOfDocument({ key: 'A a', n: 12, t: true, l: ['b'] })].toSorted()).toEqual(['12', 'a', 'b']);
  });
});

describe('compareSortValues', () => {
  it('puts numbers before texts, and what is missing last, both ways', () => {
    const values: SortValue[] = ['b', undefined, 3, true, -1, 'a', 20];
    expect(values.toSorted((one, two) => compareSortValues(one, two, false))).toEqual([-1, 3, 20, 'a', 'b', true, undefined]);
    expect([...values].map((value) => sortValueAt({ value }, 'value')).sort((one, two) => compareSortValues(one, two, true))).toEqual([
      true,
      'b',
      'a',
      20,
      3,
      -1,
      undefined,
    ]);
    expect(sortValueAt({ a: { b: [] } }, 'a.b')).toBeUndefined();
  });
});
