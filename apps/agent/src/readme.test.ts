import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { optionMarkdown } from '@freezer/agent';

const README = new URL('../README.md', import.meta.url);
const SECTION = /(<!-- options: begin -->\n)[^]*(<!-- options: end -->)/;

test('the README lists the options as they are (FREEZER_WRITE_README=1 writes them)', () => {
  const text = readFileSync(README, 'utf8');
  expect(text).toMatch(SECTION);
  const right = text.replace(SECTION, (_, begin: string, end: string) => `${begin}\n${optionMarkdown()}\n${end}`);
  if (process.env['FREEZER_WRITE_README'] === '1') writeFileSync(README, right);
  else expect(text).toBe(right);
});
