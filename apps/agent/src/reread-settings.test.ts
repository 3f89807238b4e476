import { type ResolveInput, RunLimits, resolveSettings } from '@freezer/agent';
import type { OpenedLog } from '@freezer/log';
import { CaptureLogger } from '@freezer/testing';
import { beforeEach, expect, test } from '@jest/globals';
import { type Changeable, rereadSettings } from './reread-settings.ts';

let file = '';
let logger: CaptureLogger;
let debug: boolean[] = [];

const input = (...argv: readonly string[]): ResolveInput => ({
  argv: ['list', '--storage', 'local', '--config-file', '/host.conf', ...argv],
  environment: {},
  home: '/',
  cwd: '/',
  hostname: 'h',
  isRoot: false,
  readFile: async (path) => (path === '/host.conf' ? file : Promise.reject(new Error(path))),
  listFolder: () => Promise.reject(new Error('none')),
});

const openLog = (): OpenedLog => ({
  logger,
  onStandardError: false,
  changeLevel: (settings) => void debug.push(settings.debug),
  close: () => Promise.resolve(),
});

async function begin(...argv: readonly string[]): Promise<Changeable> {
  const resolved = await resolveSettings(input(...argv));
  return { limits: new RunLimits(resolved.settings), log: openLog(), resolved };
}

const ratesOf = ({ limits }: Changeable): readonly number[] => [limits.upload.bytesPerSecond, limits.download.bytesPerSecond];

beforeEach(() => {
  logger = new CaptureLogger();
  debug = [];
  file = '[DEFAULT]\nupload_limit = 10K\n';
});

test('what the files say now counts', async () => {
  const run = await begin();
  expect(ratesOf(run)).toEqual([10_240, Number.POSITIVE_INFINITY]);
  file = '[DEFAULT]\nupload_limit = 2M\ndownload_limit = 1k\ndebug = True\n';
  await rereadSettings(input(), run);
  expect(ratesOf(run)).toEqual([2_097_152, 1024]);
  expect(debug).toEqual([true]);
  expect(logger.lines).toMatchObject([{ level: 'info', fields: { upload_limit: '2.0 MiB/s', download_limit: '1.0 KiB/s' } }]);
  file = '[DEFAULT]\n';
  await rereadSettings(input(), run);
  expect(ratesOf(run)).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test.each([
  ['[DEFAULT]\nupload_limit = fast\n', "host.conf: upload_limit: 'fast' is not a size"],
  ['[DEFAULT]\nupload_limit = 5K\nmax_level = x\n', "host.conf: max_level: 'x' is not a whole number"],
  ['upload_limit', 'host.conf'],
])('wrong content %j is one warning, and the old stays', async (text, reason) => {
  const run = await begin();
  file = text;
  await rereadSettings(input(), run);
  expect(ratesOf(run)).toEqual([10_240, Number.POSITIVE_INFINITY]);
  expect(debug).toEqual([]);
  expect(logger.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining(reason) }]);
});

test('the command line still has precedence, and a warning that was told is not told again', async () => {
  file = '[DEFAULT]\nupload_limit = 10K\nuplod_limit = 3\n';
  const run = await begin('--upload-limit', '7');
  file = '[DEFAULT]\nupload_limit = 5K\nuplod_limit = 3\ndownlod_limit = 3\n';
  await rereadSettings(input('--upload-limit', '7'), run);
  expect(ratesOf(run)).toEqual([7, Number.POSITIVE_INFINITY]);
  expect(logger.lines.filter(({ level }) => level === 'warn')).toMatchObject([{ message: expect.stringContaining('downlod_limit') }]);
});

test('a run without files goes on, and says that there is nothing to read', async () => {
  const { resolved, ...rest } = await begin();
  const settings = { ...resolved.settings, config_file: [] };
  await rereadSettings(input('--bogus'), { ...rest, resolved: { ...resolved, settings } });
  expect(logger.lines).toMatchObject([{ level: 'warn', message: expect.stringMatching(/^SIGHUP: nothing to read anew, /) }]);
});
