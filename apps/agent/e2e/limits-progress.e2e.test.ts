import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourArguments, ourEnvironment, ours, startOurs } from './harness/our-agent.ts';
import { type Ended, mustRun, runProgram, type Started, startProgram } from './harness/run-program.ts';

const MIB = 2 ** 20;

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  await writeFile(join(lab.source, 'some bytes'), randomBytes(3 * MIB));
});
afterEach(() => lab.close());

const plain = (): readonly string[] => ['-F', lab.source, '--compression', 'none'];

const linesOf = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));

/** Resolves once standard error or the log of a run says so. */
async function said(run: Started, pattern: RegExp): Promise<void> {
  let seen = '';
  for (const stream of [run.child.stdout, run.child.stderr])
    stream?.on('data', (text: string) => {
      seen += text;
    });
  let isOver = false;
  void run.ended.then(() => (isOver = true));
  for (;;) {
    const log = await readFile(join(lab.root, 'ours.log'), 'latin1').catch(() => '');
    if (pattern.test(seen + log)) return;
    if (isOver) throw new Error(`the run ended without ${pattern}:\n${log}${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const shellWords = (action: string, options: readonly string[]): string =>
  [process.execPath, ...ourArguments(lab, action, options)].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');

const terminalOf = (environment: NodeJS.ProcessEnv) => ({ env: { ...ourEnvironment(lab), SHELL: '/bin/sh', ...environment } });

/** The run with a terminal of 60 columns as its standard input, output and error. */
async function onTerminal(environment: NodeJS.ProcessEnv, action: string, options: readonly string[]): Promise<string> {
  const typescript = lab.target();
  await mustRun('script', ['-qefc', `stty cols 60; ${shellWords(action, options)}`, typescript], terminalOf(environment));
  const text = await readFile(typescript, 'utf8');
  return text.slice(text.indexOf('\n') + 1, text.lastIndexOf('\nScript done'));
}

describe('SIGHUP', () => {
  it('changes the limits of a run that goes on, as its file says now; what is wrong in it changes nothing', async () => {
    const file = join(lab.root, 'host.conf');
    await writeFile(file, '[DEFAULT]\nupload_limit = 128K\n');
    const run = startOurs(lab, 'backup', [...plain(), '--config-file', file, '--progress', 'json']);
    await said(run, /"bytes":[1-9]/);
    await writeFile(file, '[DEFAULT]\nupload_limit = quick\n');
    run.child.kill('SIGHUP');
    await said(run, /WARNING .* SIGHUP: nothing was changed, because the settings are wrong: host\.conf: upload_limit: 'quick' is not a size/);
    await writeFile(file, '[DEFAULT]\nupload_limit = 64M\n');
    run.child.kill('SIGHUP');
    const { code, stderr } = await run.ended;
    expect([code, (await lab.levels()).length]).toEqual([0, 1]);
    const last = linesOf(stderr).at(-1);
    expect(last).toMatchObject({ last: true });
    // All of it would have taken 24 s.
    expect(Number(last?.['bytes'])).toBeGreaterThan(3 * MIB);
    expect(Number(last?.['seconds'])).toBeLessThan(15);
  });

  it('ends no run, also without files', async () => {
    const run = startOurs(lab, 'backup', [...plain(), '--upload-limit', '3M', '--progress', 'json']);
    await said(run, /"bytes":[1-9]/);
    run.child.kill('SIGHUP');
    await said(run, /WARNING .* SIGHUP: nothing to read anew/);
    expect((await run.ended).code).toBe(0);
    expect(await lab.levels()).toHaveLength(1);
  });
});

it('a terminal that is closed ends no run, and spoils no exit code', async () => {
  const code = join(lab.root, 'code');
  const command = `trap '' HUP; ${shellWords('backup', [...plain(), '--upload-limit', '2M'])}; echo $? > ${code}`;
  const script = startProgram('script', ['-qefc', command, '/dev/null'], terminalOf({ TERM: 'xterm' }));
  await said(script, /MiB\/s/);
  script.child.kill('SIGKILL');
  await script.ended;
  let text = '';
  for (; text === ''; text = await readFile(code, 'utf8').catch(() => '')) await new Promise((resolve) => setTimeout(resolve, 50));
  expect([text, (await lab.levels()).length]).toEqual(['0\n', 1]);
});

describe('progress', () => {
  it('as JSON lines: up to the end, with the path and, where it is known, the total', async () => {
    const backup = await ours(lab, 'backup', [...plain(), '--progress', 'json', '--upload-limit', '2M']);
    const up = linesOf(backup.stderr);
    expect(up.length).toBeGreaterThanOrEqual(2);
    expect(up[0]).toMatchObject({ type: 'progress', action: 'backup', total: null, path: 'some bytes', last: false });
    expect(up.filter(({ last }) => last === true)).toHaveLength(1);
    const restore = await ours(lab, 'restore', ['--restore-abs-path', lab.target(), '--progress', 'json', '--json']);
    const { bytes, total, estimated, last } = linesOf(restore.stderr).at(-1) ?? {};
    expect([bytes, estimated, last]).toEqual([total, false, true]);
    expect(bytes).toBe(up.at(-1)?.['bytes']);
    const verify = await ours(lab, 'verify', ['--progress', 'json']);
    expect(linesOf(verify.stderr).at(-1)).toMatchObject({ action: 'verify', bytes, total });
    await lab.tick();
    const again = await ours(lab, 'backup', [...plain(), '--progress', 'json']);
    expect(linesOf(again.stderr).at(-1)).toMatchObject({ total, estimated: true });
  });

  it('on a terminal: one line, drawn at most five times a second, never wider than it, and away at the end', async () => {
    const text = await onTerminal({ TERM: 'xterm' }, 'backup', [...plain(), '--upload-limit', '2M']);
    const drawn = text.split('\r').filter((part) => part.startsWith('backup  '));
    expect(drawn.length).toBeGreaterThanOrEqual(3);
    expect(drawn.length).toBeLessThanOrEqual(15);
    expect(drawn.some((line) => /^backup {2}[\d.]+ \S+ {2}[\d.]+ [KM]iB\/s {2}some bytes\u001b\[K$/.test(line))).toBe(true);
    for (const line of drawn) expect(line.replace('\u001b[K', '').length).toBeLessThan(60);
    expect(text).toContain('\r\u001b[KProperty');
    expect(text).not.toMatch(/\u001b\[[\d;]*m/);
  });

  it('not on one that cannot draw, nor when it was not asked for', async () => {
    const cases = [
      ['dumb', []],
      ['', []],
      ['xterm', ['--json']],
      ['xterm', ['--progress', 'none']],
      ['xterm', ['--quiet']],
    ] as const;
    const runs = cases.map(([TERM, options], at) => onTerminal({ TERM }, 'backup', [...plain(), '--upload-limit', '3M', '-N', `n${at}`, ...options]));
    for (const text of await Promise.all(runs)) expect(text).not.toMatch(/MiB\/s|\u001b/);
  });
});

describe('--quiet', () => {
  const withoutLogFile = (action: string, options: readonly string[]): Promise<Ended> => {
    const line = ourArguments(lab, action, options);
    const at = line.indexOf('--log-file');
    return runProgram(process.execPath, line.toSpliced(at, 2), { cwd: lab.root, env: ourEnvironment(lab) });
  };

  it('says nothing when all is well, and what is wrong', async () => {
    expect(await withoutLogFile('backup', [...plain(), '--quiet'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await withoutLogFile('restore', ['--restore-abs-path', lab.target(), '-q'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const failed = await withoutLogFile('restore', ['--restore-abs-path', lab.source, '-q']);
    expect([failed.code, failed.stdout]).toEqual([1, '']);
    expect(failed.stderr).toContain('Critical Error: Restore dir is not empty');
    expect(failed.stderr).not.toContain(' INFO ');
    expect((await withoutLogFile('list', ['-q'])).stdout).toContain('labhost_set');
  });
});
