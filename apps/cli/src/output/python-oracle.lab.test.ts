import { spawnSync } from 'node:child_process';
import type { JsonValue } from '@freezer/models';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fill } from './fill.ts';
import { prettyPython } from './pretty-python.ts';
import { pythonLiteralAsIs } from './python-text.ts';

// Python itself says how it would write the same values.
function ask<T>(program: string, values: readonly unknown[]): readonly T[] {
  const { stdout, status, stderr } = spawnSync('/usr/bin/python3', ['-c', program], { input: JSON.stringify(values), encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new TypeError(stderr);
  return JSON.parse(stdout) as readonly T[];
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
  fc.lorem({ maxCount: 40 }),
  fc.stringMatching(/^([a-z]{1,9}[-_ '"\\]){0,30}$/),
  fc.constantFrom('', 'a\nb', "it's", 'ü 日本', '/etc/'.repeat(30), 'x\ty', 'line one\nline two is a little longer\n'.repeat(4)),
);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    // Python has no key `__proto__` that is special.
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), tie('value'), { maxKeys: 6 }),
  ),
}));

test('structures are laid out as pprint lays them out, and printed as print prints them', () => {
  const values = fc.sample(value, { numRuns: 3000, seed: 42 });
  const program = 'import json, pprint, sys; print(json.dumps([[pprint.pformat(v), repr(v)] for v in json.load(sys.stdin)]))';
  const theirs = ask<[string, string]>(program, values);
  for (const [index, each] of values.entries()) expect([each, prettyPython(each), pythonLiteralAsIs(each)]).toEqual([each, ...(theirs[index] ?? [])]);
});

test('lines are broken where textwrap breaks them', () => {
  const cases = fc.sample(
    fc.tuple(
      text.filter((each) => !/[\n\t]/.test(each) && /^[\x20-\x7e]*$/.test(each)),
      fc.integer({ min: 8, max: 60 }),
    ),
    { numRuns: 3000, seed: 42 },
  );
  const program = 'import json, sys, textwrap; print(json.dumps([textwrap.wrap(t, w) for t, w in json.load(sys.stdin)]))';
  const theirs = ask<string[]>(program, cases);
  const trimmed = (lines: readonly string[] | undefined) => lines?.map((each) => each.trimEnd());
  for (const [index, [line, width]] of cases.entries()) expect([line, width, trimmed(fill(line, width))]).toEqual([line, width, trimmed(theirs[index])]);
});
