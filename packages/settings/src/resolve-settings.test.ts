import { describe, expect, test } from '@jest/globals';
import { CommandLine } from './arguments.ts';
import { CONFIG_OPTIONS } from './config-options.ts';
import { configSample } from './config-sample.ts';
import { helpText } from './help.ts';
import { readIni } from './ini.ts';
import type { Option } from './option.ts';
import { OptionTable } from './option-table.ts';
import type { ProgramText } from './program-text.ts';
import { resolveTable } from './resolve-settings.ts';

const ROWS = [
  { name: 'bind-port', type: 'int', min: 1, default: 9090, group: 'all', help: 'the port' },
  { name: 'backend', section: 'storage', fileAliases: ['db'], type: 'string', default: 'sql', group: 'all', help: 'the store' },
  {
    name: 'hosts',
    section: 'search',
    fileAliases: ['[storage] endpoint'],
    type: 'string',
    repeatable: true,
    commas: true,
    default: 'a',
    group: 'all',
    help: 'hosts',
  },
  { name: 'password', section: 'key_stone', only: 'files', type: 'string', secret: true, group: 'all', help: 'a password' },
  { name: 'token', type: 'string', secret: true, group: 'all', help: 'a token' },
  ...CONFIG_OPTIONS,
] as const satisfies readonly Option[];
const TABLE = new OptionTable<Option>(ROWS, [{ group: 'all', title: 'All' }]);
const LINE = new CommandLine(TABLE, { takesOperands: (word) => word === 'db', wordsAnywhere: true, words: new Set(['db']) });

type Files = Readonly<Record<string, string>>;

function resolve(argv: readonly string[], files: Files = {}, environment: Files = {}) {
  const missing = (): never => {
    throw Object.assign(new Error('none'), { code: 'ENOENT' });
  };
  const host = {
    environment,
    home: '/home/u',
    cwd: '/',
    hostname: 'h',
    isRoot: false,
    readFile: async (path: string) => files[path] ?? missing(),
    listFolder: async (path: string) => {
      const names = Object.keys(files).flatMap((name) => (name.startsWith(`${path}/`) ? [name.slice(path.length + 1)] : []));
      return names.length > 0 ? names : missing();
    },
  };
  const search = { project: 'freezer', program: 'freezer-api' };
  return resolveTable<(typeof ROWS)[number]>({ table: TABLE, line: LINE, argv, host, program: 'freezer-api', search });
}

describe('options with a section', () => {
  test('stand in it, and on the command line with its name before them', async () => {
    const files = { '/etc/freezer/freezer-api.conf': '[storage]\nbackend = x\n[key_stone]\npassword = pw\n' };
    const { settings, places } = await resolve([], files);
    expect(settings).toMatchObject({ bind_port: 9090, 'storage.backend': 'x', 'key_stone.password': 'pw', 'search.hosts': ['a'] });
    expect(places.get('storage.backend')).toBe('freezer-api.conf: [storage] backend');
    expect((await resolve(['--storage-backend', 'y'], files)).settings['storage.backend']).toBe('y');
    await expect(resolve(['--key-stone-password=x'])).rejects.toMatchObject({ message: 'unknown option --key-stone-password; --help lists all options' });
  });

  test('come from the environment, by section and key, where nothing else gave them', async () => {
    const environment = { OS_STORAGE__BACKEND: 'e', OS_SEARCH__HOSTS: 'b,c', OS_STORAGE__BAKEND: 'x' };
    const { settings, warnings } = await resolve([], {}, environment);
    expect(settings).toMatchObject({ 'storage.backend': 'e', 'search.hosts': ['b', 'c'] });
    expect(warnings).toEqual(['environment: unknown key bakend is ignored; did you mean backend?']);
  });

  test('are known in their old places, with a warning', async () => {
    const { settings, warnings } = await resolve([], { '/home/u/freezer.conf': '[storage]\ndb = old\nendpoint = http://x:1, http://y:2\n' });
    expect(settings).toMatchObject({ 'storage.backend': 'old', 'search.hosts': ['http://x:1', 'http://y:2'] });
    expect(warnings).toEqual([
      'freezer.conf: [storage] db is an old spelling of [storage] backend',
      'freezer.conf: [storage] endpoint is an old spelling of [search] hosts',
    ]);
  });

  test('may name others: of their section, of [DEFAULT], or with a section', async () => {
    const text = '[storage]\nbackend = $bind_port-$search.hosts\n[search]\nhosts = z\n';
    expect((await resolve([], { '/etc/freezer.conf': text })).settings['storage.backend']).toBe('9090-z');
  });

  test('a wrong value names place and section, a secret one never shows', async () => {
    await expect(resolve(['--config-file', '/x'], { '/x': '[DEFAULT]\nbind_port = 0\n' })).rejects.toMatchObject({
      code: 'invalid',
      message: 'x: bind_port: 0 is less than 1; allowed: a whole number, 1 or more',
    });
    await expect(resolve(['--config-file', '/x'], { '/x': '[key_stone]\npassword = hunter$two\n' })).rejects.toMatchObject({
      message: 'x: [key_stone] password: a $ of its value names no setting; a dollar sign is written $$',
    });
  });

  test('a section that is not used is named', async () => {
    const { warnings } = await resolve([], { '/etc/freezer.conf': '[oslo_x]\na = b\n' });
    expect(warnings).toEqual(['freezer.conf: section [oslo_x] is not used; settings of freezer-api stand in [DEFAULT], [storage], [search], [key_stone]']);
  });
});

describe('files that are found by themselves', () => {
  const conf = (port: number): string => `[DEFAULT]\nbind_port = ${port}\n`;

  test('each of both names in the first place that has it, the program after the project, folders last', async () => {
    const files = {
      '/etc/freezer/freezer.conf': conf(1),
      '/etc/freezer.conf': conf(9),
      '/home/u/.freezer/freezer-api.conf': conf(2),
      '/etc/freezer/freezer-api.conf': conf(8),
    };
    const { settings, files: read } = await resolve([], files);
    expect([settings.bind_port, read]).toEqual([2, ['/etc/freezer/freezer.conf', '/home/u/.freezer/freezer-api.conf']]);
    const more = { ...files, '/etc/freezer/freezer-api.conf.d/b.conf': conf(4), '/etc/freezer/freezer-api.conf.d/a.conf': conf(3) };
    expect((await resolve([], more)).settings.bind_port).toBe(4);
  });

  test('are not read when others are named', async () => {
    const files = { '/etc/freezer/freezer.conf': conf(1), '/own': conf(5) };
    expect((await resolve(['--config-file', '/own'], files)).settings.bind_port).toBe(5);
  });
});

describe('words', () => {
  test.each([
    [['-h'], { help: true }],
    [['db', 'sync', '--bind-port', '1'], { word: 'db', operands: ['sync'] }],
    [['--bind-port', '1', 'db', 'sync'], { word: 'db', operands: ['sync'] }],
    [['--token', 'x', 'db', 'sync'], { word: 'db', operands: ['sync'] }],
    [['db', '--token', 'x', '--bind-port=1', 'sync'], { word: 'db', operands: ['sync'] }],
  ])('%j', (argv, expected) => {
    expect(LINE.parse(argv)).toMatchObject(expected);
  });
});

test.each([[['--token', 'my', 'secret', 'db']], [['db', '--token', 'my', 'secret']]])('what a missing quote left of a secret is not shown: %j', (argv) => {
  expect(() => LINE.parse(argv)).toThrow(expect.objectContaining({ message: 'an unexpected word after --token; a value with blanks must be quoted' }));
});

describe('texts of a program with sections', () => {
  const text: ProgramText = {
    program: 'freezer-api',
    table: TABLE,
    actions: {},
    otherWords: [],
    whole: { does: 'serves', examples: ['freezer-api'] },
    exits: [],
    exitsLine: 'Exit codes: 0.',
    manual: { purpose: 'x', synopsis: [''], description: '', files: '', environment: '' },
    sampleHead: 'A sample.',
  };

  test('the help leaves out what stands in files only', () => {
    const help = helpText(text, { columns: 80 });
    expect(help).toContain('--storage-backend TEXT');
    expect(help).not.toContain('password');
  });

  test('the sample is read back: with every line in force nothing changes', async () => {
    const sample = configSample(text);
    expect(readIni(sample, 'sample', 'oslo')).toEqual([]);
    const all = sample.replaceAll(/^#(?=\w+ =)/gm, '');
    expect([...new Set(readIni(all, 'sample', 'oslo').map(({ section }) => section))]).toEqual(['DEFAULT', 'storage', 'search', 'key_stone']);
    const plain = await resolve([]);
    const filled = await resolve(['--config-file', '/s'], { '/s': all });
    expect(filled.settings).toEqual({ ...plain.settings, config_file: ['/s'] });
    expect(filled.warnings).toEqual([]);
  });
});
