import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { jsonFormat, OSLO_DATE, OSLO_PATTERN, textFormat } from './line-format.ts';
import { type LogSink, RANK } from './log-record.ts';
import { logSettings } from './log-settings.fixture.ts';
import { createLogger, type Handler, type LogHost, openLogger } from './open-logger.ts';

const process42 = { now: () => new Date(2026, 10, 21, 16, 4, 9, 7), pid: 42, hostname: 'vm', program: 'freezer-agent' };
const text = textFormat(OSLO_PATTERN, OSLO_DATE, '--log-format');

function gathering(format = text, least: number = RANK.INFO): { readonly lines: string[]; readonly handlers: readonly Handler[] } {
  const lines: string[] = [];
  const sink: LogSink = { write: (line) => void lines.push(line), close: () => Promise.resolve() };
  return { lines, handlers: [{ sink, least, format }] };
}

describe('lines', () => {
  test('have the form of Freezer, fields behind, on one line, without secrets', () => {
    const { lines, handlers } = gathering();
    createLogger(handlers, process42).warn({ path: 'a b', n: 1, password: 'x' }, 'two\nlines');
    expect(lines).toEqual(['2026-11-21 16:04:09.007 42 WARNING freezer_agent [-] two\\nlines path="a b" n=1 password=***']);
  });

  test('can be JSON, with the keys of oslo.log', () => {
    const { lines, handlers } = gathering(jsonFormat(OSLO_DATE));
    createLogger(handlers, process42).info({ n: 1, token: 'x' }, 'm');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      message: 'm',
      asctime: '2026-11-21 16:04:09',
      name: 'freezer_agent',
      levelname: 'INFO',
      levelno: 20,
      created: process42.now().getTime() / 1000,
      msecs: 7,
      process: 42,
      hostname: 'vm',
      extra: { n: 1, token: '***' },
    });
  });

  test('below the level are left out', () => {
    const { lines, handlers } = gathering(text, RANK.WARNING);
    const logger = createLogger(handlers, process42);
    logger.debug({}, 'd');
    logger.info({}, 'i');
    logger.warn({}, 'w');
    logger.error({}, 'e');
    expect(lines.map((line) => line.split(' ')[3])).toEqual(['WARNING', 'ERROR']);
  });

  test('that cannot be written or formatted do not stop a run', () => {
    const full: LogSink = {
      write: () => {
        throw new Error('no space left');
      },
      close: () => Promise.resolve(),
    };
    const { lines, handlers } = gathering();
    const poisoned = {
      get x(): string {
        throw new Error('trap');
      },
    };
    createLogger([{ sink: full, least: 0, format: text }, ...handlers], process42).info(poisoned, 'x');
    expect(lines).toEqual([expect.stringContaining('x lost=trap')]);
  });
});

describe('where the log goes', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'freezer-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  let onError: string[] = [];
  beforeEach(() => {
    onError = [];
  });

  const settingsOf = (...argv: string[]) => logSettings(folder, argv);

  async function open(argv: readonly string[], more: Partial<LogHost> = {}) {
    return openLogger(await logSettings(folder, argv), {
      ...process42,
      cwd: folder,
      home: folder,
      readFile: (path) => readFile(path, 'utf8'),
      standardError: (lines) => void onError.push(lines),
      sockets: { syslog: join(folder, 'syslog'), journal: join(folder, 'journal') },
      ...more,
    });
  }

  test('--log-file appends to a file of mode 0600', async () => {
    for (const text of ['one', 'two']) (await open(['--log-file', 'a.log'])).logger.info({}, text);
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toMatch(/one\n.*two\n$/);
    expect(statSync(join(folder, 'a.log')).mode & 0o777).toBe(0o600);
  });

  test('--log-dir gives the directory, --watch-log-file follows a log that is moved away', async () => {
    const { logger, onStandardError } = await open(['--log-dir', folder, '--log-file', 'b.log', '--watch-log-file']);
    logger.info({}, 'one');
    rmSync(join(folder, 'b.log'));
    logger.info({}, 'two');
    expect(readFileSync(join(folder, 'b.log'), 'utf8')).toMatch(/^\S+ \S+ 42 INFO freezer_agent \[-\] two\n$/);
    expect(onStandardError).toBe(false);
  });

  test('a log file that cannot be opened is an error at once', async () => {
    await expect(open(['--log-file', 'no/such/x.log'])).rejects.toMatchObject({
      code: 'invalid',
      message: `--log-file: ${folder}/no/such/x.log cannot be opened (ENOENT)`,
    });
  });

  test("where standard error is for nobody the log goes to Freezer's file, because its scheduler wants nothing on standard error", async () => {
    const { logger, onStandardError } = await open([], { silentStandardError: true });
    logger.info({}, 'one');
    expect(onStandardError).toBe(false);
    expect(readFileSync(join(folder, '.freezer', 'freezer.log'), 'utf8')).toContain('one');
  });

  test('a home in which nothing may be made leaves the run without that file, and does not hold it up', async () => {
    if (process.platform === 'linux') (await open([], { silentStandardError: true, home: '/proc/nope' })).logger.info({}, 'one');
    (await open([], { silentStandardError: true, home: join(folder, 'new', 'home') })).logger.info({}, 'two');
    expect(readFileSync(join(folder, 'new', 'home', '.freezer', 'freezer.log'), 'utf8')).toContain('two');
  });

  test('--log-format and --log-date-format', async () => {
    const format = '%(levelname)-8s|%(name).4s|%(asctime)s|%(msecs)05d|%%|%(message)s';
    (await open(['--log-file', 'a.log', '--log-format', format, '--log-date-format', '%d.%m. %H:%M'])).logger.info({ n: 1 }, 'x');
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe('INFO    |free|21.11. 16:04|00007|%|x n=1\n');
    await expect(open(['--log-format', 'nothing'])).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^--log-format: 'nothing' names nothing/),
    });
    await expect(open(['--log-format', '%(massage)s'])).rejects.toMatchObject({
      message: expect.stringMatching(/^--log-format: %\(massage\)s is unknown; allowed: /),
    });
  });

  test('--noverbose logs warnings, --debug everything', async () => {
    for (const flag of ['--noverbose', '--debug']) {
      const { logger } = await open(['--log-file', 'a.log', flag]);
      logger.debug({}, `debug ${flag}`);
      logger.info({}, `info ${flag}`);
      logger.warn({}, `warning ${flag}`);
    }
    expect(readFileSync(join(folder, 'a.log'), 'utf8').match(/(debug|info|warning) --\w+/g)).toEqual([
      'warning --noverbose',
      'debug --debug',
      'info --debug',
      'warning --debug',
    ]);
  });

  test('a quiet program leaves warnings and errors on standard error, and everything in a file', async () => {
    const { logger, changeLevel } = await open(['--log-file', 'a.log', '--use-stderr'], { quiet: true });
    const say = (): void => {
      logger.debug({}, 'a detail');
      logger.info({}, 'all is well');
      logger.warn({}, 'not quite');
    };
    say();
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toMatch(/all is well\n.*not quite\n$/);
    expect(onError.map((line) => line.split('] ')[1])).toEqual(['not quite\n']);
    changeLevel(await settingsOf('--debug'));
    say();
    expect(readFileSync(join(folder, 'a.log'), 'utf8').split('\n')).toHaveLength(6);
    expect(onError).toHaveLength(2);
  });

  test('the level can be changed while the log is open, unless a configuration of its own gave it', async () => {
    const { logger, changeLevel } = await open([]);
    logger.debug({}, 'one');
    changeLevel(await settingsOf('--debug'));
    logger.debug({}, 'two');
    changeLevel(await settingsOf('--noverbose'));
    logger.info({}, 'three');
    expect(onError.map((line) => line.split('] ')[1])).toEqual(['two\n']);
    writeFileSync(
      join(folder, 'log.conf'),
      '[loggers]\nkeys=root\n[handlers]\nkeys=a\n[logger_root]\nlevel=ERROR\nhandlers=a\n[handler_a]\nclass=StreamHandler\nargs=(sys.stderr,)\n',
    );
    const own = await open(['--log-config-append', join(folder, 'log.conf')]);
    own.changeLevel(await settingsOf('--debug'));
    own.logger.warn({}, 'four');
    own.logger.error({}, 'five');
    expect(onError.map((line) => line.trim()).slice(1)).toEqual([expect.stringContaining('five')]);
  });

  test('--use-journal sends lines with their severity to the stream of the journal', async () => {
    let heard = '';
    const server = createServer((socket) => socket.on('data', (chunk) => (heard += chunk.toString())));
    await new Promise<void>((resolve) => server.listen(join(folder, 'journal'), resolve));
    const ended = new Promise<void>((resolve) => server.on('connection', (socket) => socket.on('end', resolve)));
    const { logger, onStandardError, close } = await open(['--use-journal', '--debug']);
    logger.debug({}, 'one');
    logger.error({}, 'two');
    await close();
    await ended;
    server.close();
    expect(onStandardError).toBe(false);
    expect(heard).toMatch(/^freezer-agent\n\n6\n1\n0\n0\n0\n<7>.* DEBUG .* one\n<3>.* ERROR .* two\n$/);
  });

  test('a service that is not there is an error at once', async () => {
    await expect(open(['--use-journal'])).rejects.toMatchObject({
      code: 'invalid',
      message: `--use-journal: no journal listens at ${folder}/journal (ENOENT)`,
    });
    await expect(open(['--use-syslog'])).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(/^--use-syslog: /) });
  });

  test('--log-config-append takes level, handlers and formatters of the root logger, and says what it leaves out', async () => {
    writeFileSync(
      join(folder, 'logging.conf'),
      `[loggers]
keys = root, other
[handlers]
keys = all, errors, mail
[formatters]
keys = short
[logger_root]
level = INFO
handlers = all, errors, mail
[logger_other]
qualname = other
handlers =
[handler_all]
class = handlers.RotatingFileHandler
args = ('${folder}/all.log', 'a', 1024 * 1024, 2)
formatter = short
[handler_errors]
class = FileHandler
level = ERROR
args = ("errors.log", 'w')
[handler_mail]
class = handlers.SMTPHandler
args = ('localhost', 'a@b', ['c@d'], 'log')
[formatter_short]
format = %(asctime)s %(levelname)s %(message)s
datefmt = %H.%M
`,
    );
    writeFileSync(join(folder, 'errors.log'), 'old\n');
    const { logger, close } = await open(['--log-config-append', join(folder, 'logging.conf'), '--debug', '--log-file', 'unused.log']);
    logger.debug({}, 'd');
    logger.info({}, 'i');
    logger.error({}, 'e');
    await close();
    expect(readFileSync(join(folder, 'all.log'), 'utf8').split('\n')).toEqual([
      expect.stringMatching(/^16\.04 WARNING logging\.conf: \[handler_mail\] is not used: class handlers\.SMTPHandler is unknown; allowed: /),
      '16.04 WARNING logging.conf: section [logger_other] is not used; only the root logger is',
      '16.04 INFO i',
      '16.04 ERROR e',
      '',
    ]);
    expect(readFileSync(join(folder, 'errors.log'), 'utf8')).toBe('e\n');
    expect(statSync(join(folder, 'unused.log'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test.each([
    ['', '--log-config-append: l.conf has no section [logger_root], as a logging configuration of Python has'],
    ['[logger_root]\nlevel = LOUD\n', "l.conf: [logger_root] level: 'LOUD' is unknown; allowed: DEBUG, INFO, WARNING, ERROR, CRITICAL, NOTSET"],
    ['[logger_root]\nhandlers = x\n', 'l.conf: [logger_root] handlers: section [handler_x] is missing'],
    [
      "[logger_root]\nhandlers=x\n[handler_x]\nclass=FileHandler\nargs=('no/x',)\n",
      expect.stringMatching(/^l\.conf: \[handler_x\]: .*no\/x cannot be opened \(ENOENT\)$/),
    ],
  ])('a wrong logging configuration %j is one line', async (content, message) => {
    writeFileSync(join(folder, 'l.conf'), content);
    await expect(open(['--log-config-append', join(folder, 'l.conf')])).rejects.toMatchObject({ code: 'invalid', message });
  });
});
