import { expect, test } from '@jest/globals';
import { COMMANDS } from './command-table.ts';
import { completionScript } from './completion.ts';
import { commandHelp, programHelp } from './help-text.ts';
import { optionsOf, parseArguments } from './parse-arguments.ts';

const parse = (line: string) =>
  parseArguments(
    line.split(' ').filter((word) => word !== ''),
    COMMANDS,
  );

test.each([
  ['job-list', 'job-list', {}],
  ['job list --limit 5', 'job-list', { limit: '5' }],
  ['session add job --session-id s --job-id j', 'session-add-job', { 'session-id': 's', 'job-id': 'j' }],
  ['--os-cloud mine job list -C h', 'job-list', { 'os-cloud': 'mine', client: 'h' }],
  ['job-list --client h --debug -vq', 'job-list', { client: 'h', debug: true, verbose: true, quiet: true }],
  ['job-list -Ch -fjson -c A -cB --column=C', 'job-list', { client: 'h', format: 'json', column: ['A', 'B', 'C'] }],
  ['job-list --lim 5 --all-p', 'job-list', { limit: '5', 'all-projects': true }],
  ['job-create --path /etc', 'job-create', { 'path-to-backup': '/etc' }],
  ['job-create --file -', 'job-create', { file: '-' }],
  ['job-list --offset -1', 'job-list', { offset: '-1' }],
  ['action-l', 'action-list', {}],
])('freezer %s', (line, command, options) => {
  const parsed = parse(line);
  expect([parsed.command?.name, parsed.options]).toEqual([command, options]);
});

test('words behind the command are its operands, behind -- also those with dashes', () => {
  expect(parse('job-update j1 job.json').operands).toEqual({ job_id: 'j1', file: 'job.json' });
  expect(parse('job show -- -odd').operands).toEqual({ job_id: '-odd' });
  expect(parse('help job create').operands).toEqual({ command: ['job', 'create'] });
});

test.each([
  ['jobs', "'jobs' is not a freezer command; did you mean job-"],
  ['list-jobs', 'did you mean'],
  ['job', 'did you mean job-list'],
  ['xyzzy', "'freezer help' lists the commands"],
  ['job-list --json=x', '--json takes no value'],
  ['job-list --limit', '--limit needs a value: LIMIT'],
  ['job-list --limit --offset 1', '--limit needs a value: LIMIT'],
  ['job-list -Z', 'unknown option -Z'],
  ['job-list --cleint h', 'did you mean --client?'],
  ['job-show a b', "job-show: unexpected word 'b'"],
  ['job-create --action dance', "--action 'dance': allowed are"],
  ['session-start --job-id j', 'session-start needs --session-id SESSION_ID and --job-tag TAG'],
])('freezer %s is refused: %s', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});

test('with --help nothing is missing', () => {
  expect(parse('session-start --help').command?.name).toBe('session-start');
  expect(parse('job-show -h').options).toEqual({ help: true });
});

test('no command has two options of one name', () => {
  for (const command of COMMANDS) {
    const options = optionsOf(command);
    const names = options.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
    const shorts = options.flatMap(({ short }) => (short === undefined ? [] : [short]));
    expect([command.name, new Set(names).size, new Set(shorts).size]).toEqual([command.name, names.length, shorts.length]);
  }
});

test('every command and every option stands in the help and in each completion', () => {
  const page = programHelp(COMMANDS, 100);
  for (const command of COMMANDS) {
    expect(page).toContain(`  ${command.name} `);
    const own = commandHelp(command, 80);
    for (const { name } of command.options) expect(own).toContain(`--${name}`);
    for (const line of own.split('\n').filter((each) => !each.startsWith('  freezer '))) expect(line.length).toBeLessThanOrEqual(80);
    for (const [example] of command.examples) expect(() => parseArguments(words(example.replace(/ > .*/, '')), COMMANDS)).not.toThrow();
  }
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(shell, 'freezer', COMMANDS);
    for (const command of COMMANDS) {
      expect(script).toContain(command.name);
      for (const { name } of command.options) expect(script).toContain(name);
    }
  }
});

const words = (line: string): string[] => (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll(/^["']|["']$/g, ''));
