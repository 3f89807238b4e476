import { describe, expect, test } from '@jest/globals';
import { helpText } from './help.ts';
import { OPTION_GROUPS } from './option-groups.ts';
import { OPTION_TABLE } from './option-table.ts';

describe('help', () => {
  test('names every option and every group that has one', () => {
    const text = helpText({ columns: 100 });
    for (const { name } of OPTION_TABLE.filter((option) => option.name !== 'action')) expect(text).toMatch(new RegExp(`--(\\[no\\])?${name}\\b`));
    const groups = new Set(OPTION_GROUPS.map(({ group }) => group));
    for (const { group } of OPTION_TABLE) expect(groups).toContain(group);
  });

  test('of an action shows what concerns it and no more', () => {
    const text = helpText({ action: 'restore', columns: 100 });
    expect(text).toMatch(/^Usage: freezer-agent restore /);
    expect(text).toContain('--restore-abs-path DIR');
    expect(text).not.toMatch(/--keep-last|--path-to-backup|--max-level/);
  });

  test.each([60, 80, 200])('keeps to %i columns, examples aside', (columns) => {
    const lines = helpText({ columns })
      .split('\n')
      .filter((line) => !line.includes('freezer-agent'));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.min(columns, 120));
  });
});
