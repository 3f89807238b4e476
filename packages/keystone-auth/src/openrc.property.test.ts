import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseOpenrc } from './openrc.ts';

const value = fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '\\', '$', '`', '#', ';', '\n', '\t', '(', ')', '{', '~', '=', '|', 'ü', '😀', '\u00a0') });
const quotings: readonly ((text: string) => string)[] = [
  (text) => `'${text.replaceAll("'", `'\\''`)}'`,
  (text) => `"${text.replaceAll(/["\\$`]/g, '\\$&')}"`,
  (text) => text.replaceAll(/[\s\S]/gu, (each) => (each === '\n' ? "'\n'" : `\\${each}`)),
];

test('every value comes back from every way to quote it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(value, fc.nat(2)), { minLength: 1, maxLength: 4 }), fc.boolean(), (parts, isExported) => {
      const quoted = parts.map(([text, way]) => quotings[way]?.(text)).join('');
      const { variables } = parseOpenrc(`${isExported ? 'export ' : ''}A=${quoted}\nB=1`);
      expect(variables).toEqual({ A: parts.map(([text]) => text).join(''), B: '1' });
    }),
  );
});

test('any text at all ends in a result or in one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'A=$(){}\'"\\`;&|<> \n#~a:-') }), (text) => {
      try {
        expect(parseOpenrc(text).skippedLines).toEqual(expect.any(Array));
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(/^line \d+: [^\n]+$/) });
      }
    }),
    { numRuns: 500 },
  );
});
