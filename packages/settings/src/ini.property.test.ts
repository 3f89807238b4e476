import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readIni } from './ini.ts';

/** Text of one line that no reader may alter: configparser itself takes blanks at the ends away. */
const value = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll(/[\r\n]/g, ' ').trim());
const key = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);

test('what Freezer’s scheduler writes into a job file comes back, whatever it holds', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 8 }), (pairs) => {
      const text = `[action]\n${pairs.map(([name, item]) => `${name} = ${item.replaceAll('%', '%%')}\n`).join('')}\n`;
      expect(readIni(text, 'job.ini', 'job').map((entry) => [entry.key, entry.value])).toEqual(pairs);
    }),
    { numRuns: 300 },
  );
});

test('values of several lines come back', () => {
  const line = fc.stringMatching(/^[a-z=:%"'[\]]{1,10}$/);
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
      const text = `[a]\nk = ${lines.join('\n\t').replaceAll('%', '%%')}\n`;
      expect(readIni(text, 'job.ini', 'job')[0]?.value).toBe(lines.join('\n'));
    }),
    { numRuns: 200 },
  );
});

test('any text is read or refused by one line', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('[', ']', '=', ':', '\n', ' ', 'a', '%', '#', '(', ')', 's') }),
      fc.constantFrom('job' as const, 'oslo' as const),
      (text, dialect) => {
        try {
          readIni(text, 'f', dialect);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(/^f line \d+: [^\n]+$/) });
        }
      },
    ),
    { numRuns: 300 },
  );
});
