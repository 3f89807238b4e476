import { readFileSync, writeFileSync } from 'node:fs';
import { AGENT_TABLE } from '@freezer/agent';
import { optionMarkdown } from '@freezer/settings';
import { expect, test } from '@jest/globals';

const DOCUMENT = new URL('../OPTIONS.md', import.meta.url);
const HEAD = '# Options of freezer-agent\n\n`freezer-agent --help` says the same. Written from the table of options; change that, not this file.\n\n';

test('OPTIONS.md lists the options as they are (FREEZER_WRITE_OPTIONS=1 writes it)', () => {
  const right = HEAD + optionMarkdown(AGENT_TABLE);
  if (process.env['FREEZER_WRITE_OPTIONS'] === '1') writeFileSync(DOCUMENT, right);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(right);
});
