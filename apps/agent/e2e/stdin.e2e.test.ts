import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOST, Lab, NAME } from './harness/lab.ts';
import { ourArguments, ourEnvironment, ours, oursEnds } from './harness/our-agent.ts';
import { type Ended, runProgram, startProgram } from './harness/run-program.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

/** A line of a shell in which `"$@"` is our agent with its options. */
const piped = (line: string, action: string, ...options: readonly string[]): Promise<Ended> =>
  runProgram('sh', ['-c', line, 'sh', process.execPath, ...ourArguments(lab, action, options)], { cwd: lab.root, env: ourEnvironment(lab) });

const secret = (): string[] => ['--encrypt-pass-file', lab.passFile];

interface Listed {
  readonly set: string;
  readonly engine: string;
  readonly points: readonly { readonly level: number; readonly result: string; readonly entries: number }[];
  readonly unfinished: readonly string[];
}

async function listed(): Promise<readonly Listed[]> {
  const { code, stdout } = await ours(lab, 'list', ['--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** For all sets of the host. */
const withoutName = (action: string): string[] => ourArguments(lab, action, []).filter((word) => word !== '-N' && word !== NAME);

const failure = ({ code, stderr }: Ended): unknown => ({ code, stderr });

describe('standard input', () => {
  it('is saved as a file, and every action finds it without being told the engine', async () => {
    expect(await piped('printf "first\\n" | "$@"', 'backup', '--stdin', 'db.sql', '--max-level', '3')).toMatchObject({ code: 0, stderr: '' });
    await lab.tick();
    expect(await piped('printf "the second\\n" | "$@"', 'backup', '--stdin', 'db.sql', '--json')).toMatchObject({ code: 0 });
    expect(await listed()).toEqual([
      expect.objectContaining({
        set: `${HOST}_${NAME}`,
        engine: 'stream',
        unfinished: [],
        points: [expect.objectContaining({ level: 0, result: 'success', entries: 1 }), expect.objectContaining({ level: 0, result: 'success', entries: 1 })],
      }),
    ]);
    const target = lab.target();
    await oursEnds(lab, 0, 'restore', ['--restore-abs-path', target, '--verify-first']);
    expect(await readdir(target)).toEqual(['db.sql']);
    expect(await readFile(join(target, 'db.sql'), 'utf8')).toBe('the second\n');
    expect((await stat(join(target, 'db.sql'))).mode & 0o7777).toBe(0o600);
    expect(await ours(lab, 'restore', ['db.sql', '--to-stdout'])).toMatchObject({ code: 0, stdout: 'the second\n' });
    expect((await ours(lab, 'show')).stdout).toMatch(/^-rw------- .* 11 .* db\.sql\n$/);
    expect((await ours(lab, 'find', ['*.sql'])).stdout).toMatch(/^labhost_set: db\.sql\n(.*\n){2}$/);
    expect((await ours(lab, 'diff')).stdout).toMatch(/^M db\.sql {2}\(.*size/);
    for (const depth of ['manifests', 'bytes', 'restore'])
      expect(await ours(lab, 'verify', ['--depth', depth])).toMatchObject({ code: 0, stdout: expect.stringMatching(/sound\n.*sound\n/s) });
    expect(await runProgram(process.execPath, withoutName('verify'), { env: ourEnvironment(lab) })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('sound'),
    });
    expect((await ours(lab, 'admin', ['--keep-last', '1'])).stdout).toMatch(/^removed .*\nkept /m);
    expect((await listed())[0]?.points).toHaveLength(1);
  });

  it('is compressed and encrypted like other backups', async () => {
    const text = 'CREATE TABLE secret ();\n'.repeat(5000);
    await writeFile(join(lab.root, 'dump'), text);
    for (const options of [['--compression', 'xz'], ['--encryption', 'aes-256-gcm', '--compression', 'none'], ['--hide-names']]) {
      await lab.tick();
      expect(failure(await piped(`"$@" < ${lab.root}/dump`, 'backup', '--stdin', 'großer Auszug.sql', ...secret(), ...options))).toEqual({
        code: 0,
        stderr: '',
      });
      const target = lab.target();
      await oursEnds(lab, 0, 'restore', ['--restore-abs-path', target, ...secret()]);
      expect(await readFile(join(target, 'großer Auszug.sql'), 'utf8')).toBe(text);
    }
    expect(await ours(lab, 'restore', ['--restore-abs-path', lab.target()])).toMatchObject({ code: 1, stderr: expect.stringContaining('--encrypt-pass-file') });
    expect(await ours(lab, 'verify', secret())).toMatchObject({ code: 0 });
  });

  it('of no bytes is suspicious, and so is one that is much shorter than before', async () => {
    expect(await piped('seq 1 10000 | "$@"', 'backup', '--stdin', 'dump')).toMatchObject({ code: 0 });
    await lab.tick();
    const short = await piped('echo x | "$@"', 'backup', '--stdin', 'dump');
    expect(short).toMatchObject({ code: 3, stdout: expect.stringContaining('the source held 2 bytes, less than 10 % of the 48894 before') });
    await lab.tick();
    expect(await piped('"$@" < /dev/null', 'backup', '--stdin', 'dump')).toMatchObject({ code: 3, stdout: expect.stringContaining('one file of 0 bytes') });
  });

  it('is refused where it is a terminal, a folder or no name is one', async () => {
    const terminal = await runProgram('script', ['-qec', [process.execPath, ...ourArguments(lab, 'backup', ['--stdin', 'x'])].join(' '), '/dev/null'], {
      cwd: lab.root,
      env: ourEnvironment(lab),
    });
    expect(terminal).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^Critical Error: --stdin: standard input is a terminal; allowed: a pipe or a file/),
    });
    expect(failure(await piped('"$@" < /', 'backup', '--stdin', 'x'))).toEqual({
      code: 1,
      stderr: 'Critical Error: standard input cannot be read: EISDIR: illegal operation on a directory, read\n',
    });
    expect(failure(await piped('"$@" < /dev/null', 'backup', '--stdin', '../x'))).toEqual({
      code: 2,
      stderr: "Critical Error: --stdin: '../x' is no name of a file; allowed: up to 255 bytes without /, other than . and ..\n",
    });
    expect(failure(await piped('"$@" < /dev/null', 'backup', '--stdin', 'x', '-F', '/etc'))).toEqual({
      code: 2,
      stderr: 'Critical Error: --stdin and --path-to-backup contradict each other: one run saves one of the two\n',
    });
    expect(await listed()).toEqual([]);
  });

  it.each(['none', 'gzip'])('that hangs does not hold a run that is stopped, and nothing of it is listed: %s', async (compression) => {
    const at = (name: string): string => join(lab.root, name);
    const until = async (name: string): Promise<string> => {
      while (!existsSync(at(name))) await new Promise((resolve) => setTimeout(resolve, 20));
      return at(name);
    };
    // A shell gives /dev/null to what it starts in the background, unless another descriptor is named.
    const line = '(echo begin; exec sleep 60) | { exec 3<&0; "$@" <&3 & echo $! > pid.new; mv pid.new pid; wait $!; echo $? > code.new; mv code.new code; }';
    const options = ['--stdin', 'x', '--compression', compression];
    const { child, ended } = startProgram('sh', ['-c', line, 'sh', process.execPath, ...ourArguments(lab, 'backup', options)], {
      cwd: lab.root,
      env: ourEnvironment(lab),
    });
    try {
      const pid = Number(await readFile(await until('pid'), 'utf8'));
      await until('store/data');
      process.kill(pid, 'SIGTERM');
      expect(await readFile(await until('code'), 'utf8')).toBe('143\n');
      expect(await listed()).toEqual([]);
      expect(existsSync(at('store/data/stream'))).toBe(false);
    } finally {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
    }
  });
});

describe('what a command writes', () => {
  it('is saved as stdin, or by the name that --stdin gives it', async () => {
    await oursEnds(lab, 0, 'backup', ['--stdin-command', "printf '%s\\n' 'a  b' | tr a-z A-Z"]);
    expect(await ours(lab, 'restore', ['stdin', '--to-stdout'])).toMatchObject({ stdout: 'A  B\n' });
    await lab.tick();
    await oursEnds(lab, 0, 'backup', ['--stdin-command', 'echo $HOME; echo x', '--shell', '--stdin', 'named']);
    expect(await ours(lab, 'restore', ['named', '--to-stdout'])).toMatchObject({ stdout: `${lab.home}\nx\n` });
  });

  it.each<[string, string]>([
    ["sh -c 'seq 1 200000; echo cannot go on: Hunter2 >&2; exit 7' --password=Hunter2", 'sh ended with 7: cannot go on: ***'],
    ["sh -c 'seq 1 200000; kill -9 $$'", 'sh was killed by SIGKILL'],
    ["sh -c 'seq 1 200000; exit 1' | cat", 'sh ended with 1'],
    ['no-such-program-here', "no-such-program-here: the program 'no-such-program-here' is not installed"],
  ])('that fails, fails the backup: %s', async (command, message) => {
    expect(failure(await ours(lab, 'backup', ['--stdin-command', command]))).toEqual({ code: 1, stderr: `Critical Error: --stdin-command: ${message}\n` });
    expect(await listed()).toEqual([]);
    expect(await readdir(join(lab.store, 'data', 'stream')).catch(() => [])).toEqual([]);
    const log = await readFile(join(lab.root, 'ours.log'), 'utf8');
    expect(log).not.toContain('Hunter2');
  });

  it('does not run in a dry run', async () => {
    expect(await ours(lab, 'backup', ['--stdin-command', `touch ${lab.root}/ran`, '--dry-run'])).toMatchObject({
      code: 0,
      stdout: 'would run touch and save what it writes as stdin\n',
    });
    expect(existsSync(join(lab.root, 'ran'))).toBe(false);
  });
});

it('a set of tar of the same name stays what a restore takes, and the other is named by --engine', async () => {
  await writeFile(join(lab.source, 'file'), 'of tar');
  await oursEnds(lab, 0, 'backup', ['-F', lab.source]);
  await oursEnds(lab, 0, 'backup', ['--stdin-command', 'echo of a stream']);
  const [plain, named] = [lab.target(), lab.target()];
  await oursEnds(lab, 0, 'restore', ['--restore-abs-path', plain]);
  await oursEnds(lab, 0, 'restore', ['--restore-abs-path', named, '--engine', 'stream']);
  expect([await readdir(plain), await readdir(named)]).toEqual([['file'], ['stdin']]);
  expect(await readFile(join(lab.root, 'ours.log'), 'utf8')).toContain('the engines tar and stream have sets of this name: that of tar is meant');
});
