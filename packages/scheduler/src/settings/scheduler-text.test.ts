import { CommandLine, helpText, type Option } from '@freezer/settings';
import { expect, test } from '@jest/globals';
import { SCHEDULER_TABLE } from './scheduler-table.ts';
import { SCHEDULER_TEXT } from './scheduler-text.ts';

test.each([undefined, 'start'])('the help says that names go without --scheduler-, before the first option (%s)', (action) => {
  expect(helpText(SCHEDULER_TEXT, { action, columns: 100 })).toMatch(/\n--scheduler- may be left out of a name: --no-api is .*\n.*\n\nJobs:\n/);
});

test('each name of [scheduler] goes without it', () => {
  const options: readonly Option[] = SCHEDULER_TABLE.options;
  const names = options.filter(({ section, only, quietly }) => section === 'scheduler' && only === undefined && !quietly).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(30);
  for (const name of names) {
    const { given } = new CommandLine(SCHEDULER_TABLE).parse([`--${name}`, '1']);
    expect(given.map(({ option }) => option.name)).toEqual([name]);
  }
});
