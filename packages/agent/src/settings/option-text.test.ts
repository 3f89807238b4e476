import { optionHelp, optionMarkdown, optionUsage } from '@freezer/settings';
import { expect, test } from '@jest/globals';
import { AGENT_TABLE } from './option-table.ts';

const shown = (key: string): string[] => {
  const option = AGENT_TABLE.ofKey(key);
  return option ? [optionUsage(option), optionHelp(option)] : [];
};

test('usage and help say the form, what is allowed and what stands without it', () => {
  expect(shown('path_to_backup')).toEqual(['-F, --path-to-backup PATH', 'the directory or the file to save']);
  expect(shown('sync')).toEqual(['--[no]sync', 'flush the file systems before reading (default: on)']);
  expect(shown('storage')[0]).toBe('--storage NAME');
  expect(shown('storage')[1]).toMatch(/^the kind of storage .*\(default: swift\)$/);
  expect(shown('dereference_symlink')[0]).toBe('--dereference-symlink soft|hard|all');
  expect(shown('hostname')[1]).toMatch(/\(default: this host's name\)$/);
});

test('a table cell is not cut by its own text', () => {
  for (const line of optionMarkdown(AGENT_TABLE)
    .split('\n')
    .filter((row) => row.startsWith('| ')))
    expect(line.match(/(?<!\\)\|/g)).toHaveLength(4);
});
