import { describe, expect, test } from '@jest/globals';
import { ACTION_NAMES, helpText } from './help.ts';
import { OPTION_GROUPS } from './option-groups.ts';
import { OPTION_TABLE } from './option-table.ts';

describe('help', () => {
  test('names every option and every group that has one', () => {
    const text = helpText({ columns: 100 });
    for (const { name } of OPTION_TABLE.filter((option) => option.name !== 'action')) expect(text).toMatch(new RegExp(`--(\\[no\\])?${name}\\b`));
    const groups = new Set(OPTION_GROUPS.map(({ group }) => group));
    for (const { group } of OPTION_TABLE) expect(groups).toContain(group);
  });

  test.each(ACTION_NAMES)('says what %s does, and how it is called', (action) => {
    expect(helpText({ columns: 100 })).toMatch(new RegExp(`^  ${action} +[a-z]`, 'm'));
    const text = helpText({ action, columns: 100 });
    expect(text).toMatch(new RegExp(`^Usage: freezer-agent ${action} \\[options\\]\n\n${action} [a-z].*\n\nExamples:\n  freezer-agent ${action} `));
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
