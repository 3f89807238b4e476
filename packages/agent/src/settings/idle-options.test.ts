import { expect, test } from '@jest/globals';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';

const PLACE = ['--storage', 'local', '-C', '/store', '-N', 'set'];

const warningsOf = async (argv: readonly string[], files: Record<string, string> = {}): Promise<readonly string[]> =>
  (await resolveSettings(resolveInput(argv, files))).warnings;

test.each([
  [['restore', '--restore-abs-path', '/to', '--exclude', '*.log'], ['--exclude changes nothing here: it is for the action backup']],
  [['backup', '-F', '/data', '--keep-last', '3'], ['--keep-last changes nothing here: it is for the action admin']],
  [
    ['list', '--restore-from-date', '2026-01-01'],
    ['--restore-from-date changes nothing here: it is for the action restore or verify or show or diff or pin or unpin'],
  ],
  [['backup', '-F', '/data', '--exclude', '*.log', '--max-level', '3'], []],
  [['list', '--progress', 'none', '--compression', 'gzip', '-q'], ['--compression changes nothing here: it is for the action backup']],
  [['show', 'a/path', '--point', '0_1'], []],
])('%j', async (argv, warnings) => {
  expect(await warningsOf([...argv, ...PLACE])).toEqual(warnings);
});

test('a file may hold the settings of other actions', async () => {
  const files = { '/job': '[job]\nexclude = *.log\nkeep_last = 3\n', '/conf': '[DEFAULT]\nmax_level = 3\n' };
  expect(await warningsOf(['list', ...PLACE, '--config', '/job', '--config-file', '/conf'], files)).toEqual([]);
});
