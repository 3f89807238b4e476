import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActionInput, ActionResult } from '@freezer/agent';
import { FreezerError } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { StopSignal } from './exit-code.ts';
import type { Host } from './host.ts';
import { runAgent } from './run.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly complaints: string;
  readonly log: string;
}

interface Tried {
  readonly act?: (input: ActionInput, stop: (signal: StopSignal) => void, hangUp: () => void) => Promise<ActionResult>;
  /** The text of every file. */
  readonly file?: () => string;
}

const done = (): Promise<ActionResult> => Promise.resolve({ result: 'success', output: { text: 'text\n', json: { json: 1 } }, document: { document: 1 } });

async function run(argv: readonly string[], { act = done, file }: Tried = {}): Promise<Ran> {
  let out = '';
  let complaints = '';
  let stop: (signal: StopSignal) => void = () => undefined;
  let hangUp = (): void => undefined;
  const host: Host = {
    argv,
    version: '1.2.3',
    environment: {},
    home: folder,
    cwd: folder,
    hostname: 'vm',
    isRoot: false,
    pid: 1,
    now: Date.now,
    columns: 80,
    readFile: async () => file?.() ?? Promise.reject(new Error('none')),
    listFolder: () => Promise.reject(new Error('none')),
    out: {
      closed: false,
      write: async (chunk) => {
        out += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      },
    },
    complain: (line) => {
      complaints += line;
    },
    standardError: (lines) => {
      complaints += lines;
    },
    onStop: (callback) => {
      stop = callback;
      return () => undefined;
    },
    onHangUp: (callback) => {
      hangUp = callback;
      return () => undefined;
    },
    exitNow: (code) => {
      throw new Error(`exit ${code}`);
    },
    runAction: (input) => act(input, stop, hangUp),
  };
  const code = await runAgent(host);
  const names = readdirSync(folder);
  return { code, out, complaints, log: names.includes('log') ? readFileSync(join(folder, 'log'), 'utf8') : '' };
}

const list = ['list', '--storage', 'local', '--log-file', 'log'];
const failing = (error: unknown) => ({ act: () => Promise.reject(error) });

describe('exit codes', () => {
  test.each<[ActionResult['result'], number]>([
    ['success', 0],
    ['partial', 3],
    ['fail', 1],
    ['aborted', 1],
  ])('%s', async (result, code) => {
    expect((await run(list, { act: async () => ({ result }) })).code).toBe(code);
  });

  test('--partial-exit-code', async () => {
    expect((await run([...list, '--partial-exit-code', '0'], { act: async () => ({ result: 'partial' }) })).code).toBe(0);
  });

  test('what was written wrongly is 2, what goes wrong is 1', async () => {
    expect(await run(['--bogus'])).toMatchObject({ code: 2, complaints: 'Critical Error: unknown option --bogus; --help lists all options\n' });
    expect(await run(list, failing(new FreezerError('invalid', 'no')))).toMatchObject({ code: 2 });
    expect(await run(list, failing(new FreezerError('not_found', 'Path to backup does not exist /x')))).toMatchObject({
      code: 1,
      complaints: 'Critical Error: Path to backup does not exist /x\n',
      out: '',
    });
  });

  test.each<[StopSignal, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('%s stops the run', async (signal, code) => {
    const waits = (input: ActionInput, stop: (signal: StopSignal) => void): Promise<ActionResult> =>
      new Promise((_, reject) => {
        input.signal.addEventListener('abort', () => reject(input.signal.reason));
        stop(signal);
      });
    expect(await run(list, { act: waits })).toMatchObject({ code, complaints: `Critical Error: stopped by ${signal}\n` });
  });

  test('SIGHUP has the files of a run read anew, and the run goes on', async () => {
    let text = '[DEFAULT]\nupload_limit = 1k\n';
    const rates: (number | undefined)[] = [];
    const act = async ({ limits }: ActionInput, _stop: unknown, hangUp: () => void): Promise<ActionResult> => {
      for (const next of ['[DEFAULT]\nupload_limit = 2k\n', '[DEFAULT]\nupload_limit = two\n']) {
        rates.push(limits?.upload.bytesPerSecond);
        text = next;
        hangUp();
        for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
      rates.push(limits?.upload.bytesPerSecond);
      return { result: 'success' };
    };
    const { code, log } = await run([...list, '--config-file', 'x.conf'], { act, file: () => text });
    expect([code, ...rates]).toEqual([0, 1024, 2048, 2048]);
    expect(log).toMatch(/INFO .* SIGHUP: the files of the settings were read anew upload_limit="2\.0 KiB\/s"[\s\S]*WARNING .* SIGHUP: nothing was changed/);
  });

  test('a run that is through when the signal comes keeps its result', async () => {
    const late = async (_: ActionInput, stop: (signal: StopSignal) => void): Promise<ActionResult> => {
      stop('SIGTERM');
      return { result: 'success' };
    };
    expect((await run(list, { act: late })).code).toBe(0);
  });

  test('a second signal ends at once', async () => {
    const twice = async (_: ActionInput, stop: (signal: StopSignal) => void): Promise<ActionResult> => {
      stop('SIGINT');
      stop('SIGINT');
      return { result: 'success' };
    };
    expect((await run(list, { act: twice })).complaints).toContain('exit 130');
  });
});

describe('output', () => {
  test('texts for people, JSON when asked', async () => {
    expect((await run(list)).out).toBe('text\n');
    expect((await run([...list, '--json'])).out).toBe('{"json":1}\n');
    const long = async function* () {
      yield 'a\n';
      yield 'b\n';
    };
    expect((await run(list, { act: async () => ({ result: 'success', output: { text: long(), json: [] } }) })).out).toBe('a\nb\n');
  });

  test('--metadata-out - prints the document and nothing else', async () => {
    expect((await run([...list, '--metadata-out', '-'])).out).toBe('{"document": 1}');
  });

  test('--metadata-out FILE makes a private file, whole, and no document no file', async () => {
    await run([...list, '--metadata-out', 'result.json']);
    expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe('{"document": 1}');
    expect(statSync(join(folder, 'result.json')).mode & 0o777).toBe(0o600);
    await run([...list, '--metadata-out', 'none.json'], { act: async () => ({ result: 'success' }) });
    expect(readdirSync(folder).toSorted()).toEqual(['log', 'result.json']);
  });

  test('a place that cannot take the document is found before the run', async () => {
    const never = { act: () => Promise.reject(new Error('ran')) };
    expect(await run([...list, '--metadata-out', 'no/x'], never)).toMatchObject({
      code: 2,
      complaints: `Critical Error: --metadata-out: ${folder}/no is not a directory\n`,
    });
    expect(await run([...list, '--metadata-out', '.'], never)).toMatchObject({
      code: 2,
      complaints: `Critical Error: --metadata-out: ${folder} is a directory\n`,
    });
    expect(await run([...list, '--metadata-fd', '999'], never)).toMatchObject({
      code: 2,
      complaints: 'Critical Error: --metadata-fd: descriptor 999 is not open\n',
    });
  });

  test('--version and --help', async () => {
    expect(await run(['--vers'])).toMatchObject({ code: 0, out: '1.2.3\n' });
    expect((await run(['restore', '--hel'])).out).toMatch(/^Usage: freezer-agent restore/);
  });
});

describe('messages', () => {
  test('--quiet leaves errors and warnings', async () => {
    expect(await run([...list, '-q'], failing(new Error('x')))).toMatchObject({ code: 1, complaints: 'Critical Error: x\n' });
    expect((await run(['--bogus', '--quiet'])).complaints).toContain('--bogus');
    const warned = await run(['list', '--storage', 'local', '-q'], {
      act: async ({ logger }) => {
        logger.info({}, 'all is well');
        logger.warn({}, 'not quite');
        return { result: 'success' };
      },
    });
    expect(warned.complaints).toMatch(/^.* WARNING freezer_agent \[-\] not quite\n$/);
  });

  test('--quiet leaves out the report of a run that went well, and nothing else that is printed', async () => {
    const backup = ['backup', '--storage', 'local', '-N', 'n', '-F', '/x', '--log-file', 'log', '-q'];
    const ending = (result: ActionResult['result']) => ({ act: async () => ({ result, output: { text: 'text\n', json: { json: 1 } } }) });
    expect((await run(backup, ending('success'))).out).toBe('');
    expect((await run(backup, ending('partial'))).out).toBe('text\n');
    expect((await run([...backup, '--json'], ending('success'))).out).toBe('{"json":1}\n');
    expect((await run([...backup, '--dry-run'], ending('success'))).out).toBe('text\n');
    expect((await run([...list, '-q'], ending('success'))).out).toBe('text\n');
  });

  test('are one line, the stack is in the log and only with --debug', async () => {
    const error = new Error('a\nb');
    const plain = await run(list, failing(error));
    expect(plain.complaints).toBe('Critical Error: a b\n');
    expect(plain.log).toContain('ERROR freezer_agent [-] Critical Error: a b\n');
    expect((await run([...list, '--debug'], failing(error))).log).toContain('run.test.ts');
  });

  test('secrets of the command line are in no log', async () => {
    const { log } = await run([...list, '--ssh-password', 'hunter2', '--proxy', 'http://u:hunter2@h']);
    expect(log).toContain('--ssh-password ***');
    expect(log).not.toContain('hunter2');
  });
});
