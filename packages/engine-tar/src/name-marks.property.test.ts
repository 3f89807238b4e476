import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NameMarks } from './name-marks.ts';

test('marks are those of a map of names', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.constantFrom(1, 2, 4)), { maxLength: 1500 }), (adds) => {
      const marks = new NameMarks();
      const known = new Map<string, number>();
      for (const [name, mark] of adds) {
        marks.add(name, mark);
        known.set(name, (known.get(name) ?? 0) | mark);
      }
      expect(marks.size).toBe(known.size);
      expect([...known].filter(([name, mark]) => marks.of(name) !== mark)).toEqual([]);
      expect(marks.of('no such name')).toBe(known.get('no such name') ?? 0);
    }),
    { numRuns: 10 },
  );
});

test('a quarter of a million like names have sums of their own', () => {
  const marks = new NameMarks();
  const nameOf = (at: number): string => `folder-${at % 97}/file-${at}.txt`;
  for (let at = 0; at < 250_000; at += 1) marks.add(nameOf(at), 1);
  expect(marks.size).toBe(250_000);
  let taken = 0;
  for (let at = 250_000; at < 500_000; at += 1) taken += marks.of(nameOf(at));
  expect(taken).toBe(0);
});
