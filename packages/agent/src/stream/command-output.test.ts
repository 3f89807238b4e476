import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, FreezerError } from '@freezer/core';
import { CaptureLogger } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CommandOutput } from './command-output.ts';

let root: string;
let logger: CaptureLogger;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'freezer-command-'));
  logger = new CaptureLogger();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Way {
  readonly shell?: boolean;
  readonly environment?: Record<string, string>;
  readonly signal?: AbortSignal;
}

const outputOf = (command: string, { shell = false, environment = {} }: Way = {}): CommandOutput =>
  new CommandOutput({ name: 'dump', command, shell, environment: { PATH: process.env['PATH'], ...environment }, logger });

async function run(command: string, way: Way = {}): Promise<string> {
  const bytes = outputOf(command, way).stage.open({ signal: way.signal });
  return (await collect(bytes, { maxBytes: 1e6 })).toString();
}

const messageOfRun = (command: string, way?: Way): Promise<string> =>
  run(command, way).then(
    (text) => `well: ${text}`,
    (error: unknown) => (FreezerError.is(error) ? `${error.code}: ${error.message}` : String(error)),
  );

describe('what a command writes', () => {
  test('comes as it is, of joined programs and with the whole environment', async () => {
    expect(await run("printf '%s|' 'two words' '$HOME' ';' | tr a-z A-Z")).toBe('TWO WORDS|$HOME|;|');
    expect(await run('printenv OF_MINE', { environment: { OF_MINE: 'value' } })).toBe('value\n');
    expect(await run('echo "$OF_MINE" | tr a b; echo more', { shell: true, environment: { OF_MINE: 'a' } })).toBe('b\nmore\n');
  });

  test('nothing runs before the bytes are pulled, and nothing is on its standard input', async () => {
    const bytes = outputOf(`sh -c 'touch ${join(root, 'ran')}; cat'`).stage.open({});
    expect(existsSync(join(root, 'ran'))).toBe(false);
    expect(await collect(bytes, { maxBytes: 10 })).toHaveLength(0);
    expect(existsSync(join(root, 'ran'))).toBe(true);
  });

  test.each<[string, string]>([
    ["sh -c 'echo part; exit 7'", 'unexpected: --stdin-command: sh ended with 7'],
    ["sh -c 'echo part; echo one >&2; echo two >&2; exit 7'", 'unexpected: --stdin-command: sh ended with 7: one | two'],
    ["sh -c 'echo part; kill -9 $$'", 'unexpected: --stdin-command: sh was killed by SIGKILL'],
    ["sh -c 'echo part; echo bad >&2; exit 3' | cat", 'unexpected: --stdin-command: sh ended with 3: bad'],
    ['no-such-program-here x', "unsupported: --stdin-command: no-such-program-here: the program 'no-such-program-here' is not installed"],
    [
      "sh -c 'for n in 1 2 3 4 5 6 7; do echo line $n >&2; done; exit 1'",
      'unexpected: --stdin-command: sh ended with 1: line 3 | line 4 | line 5 | line 6 | line 7',
    ],
  ])('fails with what went wrong: %s', async (command, message) => {
    expect(await messageOfRun(command)).toBe(message);
  });

  test('fails when a program does not take all that the one before wrote', async () => {
    expect(await messageOfRun('yes | head -c 10')).toMatch(/^unexpected: --stdin-command: head ended before it had read all that yes wrote/);
  });

  test('secrets of the command are neither in the message nor in the log', async () => {
    const message = await messageOfRun("sh -c 'echo denied: $0 $1 $PGPASSWORD >&2; exit 1' --password=Hunter2 Hunter2", {
      environment: { PGPASSWORD: 'Other7' },
    });
    expect(message).toBe('unexpected: --stdin-command: sh ended with 1: denied: --password=*** *** ***');
    expect(logger.lines).toEqual([{ level: 'info', fields: { program: 'sh' }, message: '--stdin-command says: denied: --password=*** *** ***' }]);
  });

  test('what it says cannot turn the terminal around, and is cut', async () => {
    const message = await messageOfRun(`sh -c 'printf "\\033[2Jx" >&2; printf "%01000d\\n" 5 >&2; exit 1'`);
    expect(message).not.toMatch(/[\u0000-\u001f]/);
    expect(message.length).toBeLessThan(600);
    expect(message).toMatch(/…0+5$/);
  });

  test.each(['', 'a |', "a 'b"])('refuses %j at once', (command) => {
    expect(() => outputOf(command)).toThrow(/^--stdin-command: /);
  });

  test('an abort and a stop end it with all that it started', async () => {
    const pidFile = join(root, 'pid');
    const abort = new AbortController();
    const running = run(`sleep 60 & echo $! > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; wait`, { shell: true, signal: abort.signal });
    while (!existsSync(pidFile)) await new Promise((resolve) => setTimeout(resolve, 20));
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    const other = outputOf('sleep 60');
    const next = other.stage.open({})[Symbol.asyncIterator]().next();
    await Promise.all([other.stop(), expect(next).rejects.toThrow('stopped')]);
    await other.stop();
    const child = Number(readFileSync(pidFile, 'utf8'));
    const isGone = (): boolean => !existsSync(`/proc/${child}`) || / [ZX] /.test(readFileSync(`/proc/${child}/stat`, 'utf8'));
    for (let tries = 0; tries < 50 && !isGone(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isGone()).toBe(true);
  });
});
