import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveSettings } from '@freezer/agent';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger, formatLine, type LogFormat, openLogger } from './logger.ts';

const format: LogFormat = { now: () => new Date(2026, 10, 21, 16, 4, 9, 7), pid: 42, json: false, least: 'INFO' };

describe('lines', () => {
  test('have the form of Freezer, fields behind, on one line, without secrets', () => {
    const line = formatLine('WARNING', { path: 'a b', n: 1, password: 'x' }, 'two\nlines', format);
    expect(line).toBe('2026-11-21 16:04:09.007 42 WARNING freezer_agent [-] two\\nlines path="a b" n=1 password=***\n');
  });

  test('can be JSON', () => {
    expect(JSON.parse(formatLine('INFO', { n: 1, token: 'x' }, 'm', { ...format, json: true }))).toEqual({
      n: 1,
      token: '***',
      timestamp: new Date(2026, 10, 21, 16, 4, 9, 7).toISOString(),
      level: 'INFO',
      pid: 42,
      name: 'freezer_agent',
      message: 'm',
    });
  });

  test('below the level are left out', () => {
    const lines: string[] = [];
    const logger = createLogger((line) => void lines.push(line), { ...format, least: 'WARNING' });
    logger.debug({}, 'd');
    logger.info({}, 'i');
    logger.warn({}, 'w');
    logger.error({}, 'e');
    expect(lines.map((line) => line.split(' ')[3])).toEqual(['WARNING', 'ERROR']);
  });

  test('that cannot be written or formatted do not stop a run', () => {
    const full = createLogger(() => {
      throw new Error('no space left');
    }, format);
    expect(() => full.error({}, 'x')).not.toThrow();
    const lines: string[] = [];
    const poisoned = {
      get x(): string {
        throw new Error('trap');
      },
    };
    createLogger((line) => void lines.push(line), format).info(poisoned, 'x');
    expect(lines).toEqual([expect.stringContaining('x lost=trap')]);
  });
});

describe('where the log goes', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'freezer-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function open(...argv: string[]) {
    const { settings } = await resolveSettings({
      argv: ['list', '--storage', 'local', ...argv],
      environment: {},
      home: folder,
      cwd: folder,
      hostname: 'vm',
      isRoot: false,
      readFile: () => Promise.reject(new Error('none')),
      listFolder: () => Promise.reject(new Error('none')),
    });
    return openLogger(settings, { cwd: folder, home: folder, pid: 42, now: format.now });
  }

  test('--log-file appends to a file of mode 0600', async () => {
    for (const text of ['one', 'two']) (await open('--log-file', 'a.log')).logger.info({}, text);
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toMatch(/one\n.*two\n$/);
    expect(statSync(join(folder, 'a.log')).mode & 0o777).toBe(0o600);
  });

  test('--log-dir gives the directory, --watch-log-file follows a log that is moved away', async () => {
    const { logger, onStandardError } = await open('--log-dir', folder, '--log-file', 'b.log', '--watch-log-file');
    logger.info({}, 'one');
    rmSync(join(folder, 'b.log'));
    logger.info({}, 'two');
    expect(readFileSync(join(folder, 'b.log'), 'utf8')).toMatch(/^\S+ \S+ 42 INFO freezer_agent \[-\] two\n$/);
    expect(onStandardError).toBe(false);
  });

  test('a log file that cannot be opened is an error at once', async () => {
    await expect(open('--log-file', 'no/such/x.log')).rejects.toMatchObject({
      code: 'invalid',
      message: `--log-file: ${folder}/no/such/x.log cannot be opened (ENOENT)`,
    });
  });

  test("with --metadata-out - the log goes to Freezer's file, because its scheduler wants nothing on standard error", async () => {
    const { logger, onStandardError } = await open('--metadata-out', '-');
    logger.info({}, 'one');
    expect(onStandardError).toBe(false);
    expect(readFileSync(join(folder, '.freezer', 'freezer.log'), 'utf8')).toContain('one');
  });
});
