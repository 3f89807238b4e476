import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseOpenrc } from './openrc.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openrc-lab-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What bash has in its environment after it read the file. */
function byBash(text: string): Record<string, string> {
  const path = join(folder, 'openrc');
  writeFileSync(path, text);
  const env = { PATH: '/usr/bin:/bin', HOME: '/home/x', LC_ALL: 'C.UTF-8' };
  const output = execFileSync('bash', ['-c', 'set -a; . "$0" >/dev/null 2>&1; env -0', path], { env, encoding: 'utf8' });
  const pairs = output.split('\0').map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => /^[A-D]$/.test(name)));
}

const letter = fc.constantFrom('a', 'Z', '7', 'ü', '😀', '#', '=', '-', '/', '.', ':', '@', '%', '!', '*', '?', '[', '+', ',');
const inSingle = fc.string({ unit: fc.oneof(letter, fc.constantFrom(' ', '"', '\\', '$', '`', '\n', '\t', ';', '&')) });
const inDouble = fc
  .array(fc.oneof(letter, fc.constantFrom(' ', "'", '\\"', '\\\\', '\\$', '\\`', '\\n', '\\\n', '$A', `\${B}`, `\${C:-d}`, '$ ', ';', '\n')))
  .map((all) => all.join(''));
const inAnsi = fc
  .array(fc.oneof(letter, fc.constantFrom("\\'", '\\"', '\\n', '\\t', '\\x41', '\\101', '\\u00e9', '\\\\', '\\e', '\\q')))
  .map((all) => all.join(''));
const piece = fc.oneof(
  letter,
  inSingle.map((text) => `'${text}'`),
  inDouble.map((text) => `"${text}"`),
  inAnsi.map((text) => `$'${text}'`),
  fc.constantFrom('\\ ', '\\"', "\\'", '\\$', '\\\n', '$A', `\${B}`, `\${C:-x}`, '~', '\\;'),
);
const value = fc.array(piece, { maxLength: 5 }).map((all) => all.join(''));
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom('', 'export ', '  '), fc.constantFrom('A', 'B', 'C', 'D'), fc.constantFrom('=', '=', '+='), value)
      .map((all) => all.join('')),
  },
  fc.constantFrom('', '# a comment', 'unset B', 'A=1 B=2; C=3', 'if [ -z "$A" ]; then\n  :\nfi', 'true && D=4', 'echo "A=9"'),
);

test('what is read is what bash has, for files of random quoting', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
      const text = `${lines.join('\n')}\n`;
      const { variables, unknown } = parseOpenrc(text, { HOME: '/home/x' });
      const expected = byBash(text);
      for (const name of unknown) delete expected[name];
      // A value that holds what is unknown is unknown too.
      fc.pre(unknown.length === 0);
      // `true && D=4`: whether it is carried out is nothing that is guessed.
      if (lines.includes('true && D=4')) {
        delete expected['D'];
        expect({ ...variables, D: '' }).toEqual({ ...expected, D: '' });
      } else expect(variables).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});
