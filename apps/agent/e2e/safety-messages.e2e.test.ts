import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HOST, Lab } from './harness/lab.ts';
import { AGENT, type Options } from './harness/our-agent.ts';
import { runProgram } from './harness/run-program.ts';
import { expectOneLine, mustAgent, runAgent, startAgent } from './safety/agent-runs.ts';
import { failingTar, scripted } from './safety/failing-programs.ts';
import { processesOf } from './safety/processes.ts';
import { remainsOf } from './safety/remains.ts';
import { objectPath } from './safety/stored-set.ts';
import { filesBelow } from './safety/whole-listing.ts';

jest.setTimeout(60_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  await writeFile(join(lab.source, 'file'), 'file\n');
});
afterEach(() => lab.close());

describe('exit codes, each with one line on standard error', () => {
  interface Failing {
    readonly name: string;
    readonly action: string;
    readonly options: (lab: Lab) => Options;
    readonly code: number;
    readonly says: RegExp;
  }

  it.each([
    { name: 'no such source', action: 'backup', options: (place) => ['-F', join(place.root, 'nowhere')], code: 1, says: /does not exist .*nowhere/ },
    { name: 'no such set', action: 'restore', options: (place) => ['-N', 'none', '--restore-abs-path', place.target()], code: 1, says: /labhost_none/ },
    { name: 'no such set', action: 'verify', options: () => ['-N', 'none'], code: 1, says: /labhost_none/ },
    { name: 'no such set', action: 'admin', options: () => ['-N', 'none', '--keep-last', '1'], code: 1, says: /labhost_none/ },
    { name: 'the target is a file', action: 'restore', options: (place) => ['--restore-abs-path', join(place.source, 'file')], code: 1, says: /is a file/ },
    { name: 'the target is not empty', action: 'restore', options: (place) => ['--restore-abs-path', place.source], code: 1, says: /not empty/ },
    {
      name: 'no pass file',
      action: 'backup',
      options: (place) => ['-F', place.source, '--encrypt-pass-file', '/no/such/file'],
      code: 2,
      says: /\/no\/such\/file/,
    },
    {
      name: 'an empty pass file',
      action: 'backup',
      options: (place) => ['-F', place.source, '--encrypt-pass-file', '/dev/null'],
      code: 2,
      says: /\/dev\/null/,
    },
    { name: 'nothing to save', action: 'backup', options: () => [], code: 2, says: /path-to-backup/ },
    { name: 'a wrong number', action: 'backup', options: (place) => ['-F', place.source, '--max-level', 'many'], code: 2, says: /max-level/ },
    {
      name: 'a wrong date',
      action: 'restore',
      options: (place) => ['--restore-abs-path', place.target(), '--restore-from-date', 'yesterday'],
      code: 2,
      says: /restore-from-date/,
    },
    { name: 'an unknown option', action: 'backup', options: (place) => ['-F', place.source, '--compresion', 'gzip'], code: 2, says: /compresion.*compression/ },
    { name: 'an unknown storage', action: 'backup', options: (place) => ['-F', place.source, '--storage', 'tape'], code: 2, says: /tape/ },
    { name: 'no rule', action: 'admin', options: () => [], code: 2, says: /remove.older.than|keep-last/ },
    { name: 'a name that climbs', action: 'backup', options: (place) => ['-F', place.source, '-N', '../../up'], code: 2, says: /backup-name/ },
  ] satisfies Failing[])('$action, $name: $code', async ({ action, options, code, says }) => {
    await mustAgent(lab, 'backup', ['-F', lab.source]);
    const ended = await runAgent(lab, action, options(lab));
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
    expect(expectOneLine(ended)).toMatch(says);
    expect(await remainsOf(lab)).toEqual([]);
    expect(await lab.levels()).toHaveLength(1);
  });

  it('no argument at all: the help and 1; an unknown word: 2', async () => {
    expect((await runProgram(process.execPath, [AGENT])).code).toBe(1);
    expect((await runProgram(process.execPath, [AGENT, 'bakcup'])).code).toBe(2);
  });

  it('done but incomplete: 3, or what --partial-exit-code says', async () => {
    await rm(join(lab.source, 'file'));
    expect((await runAgent(lab, 'backup', ['-F', lab.source])).code).toBe(3);
    expect((await runAgent(lab, 'backup', ['-F', lab.source, '--no-incremental', '--partial-exit-code', '0'])).code).toBe(0);
  });

  it('a program that breaks is named, and not the one that suffers from it', async () => {
    const broken = await runAgent(lab, 'backup', ['-F', lab.source], { env: await failingTar(lab) });
    expect(broken.code).toBe(1);
    expect(expectOneLine(broken)).toMatch(/\btar\b.*it is broken/);
    const xz = await runAgent(lab, 'backup', ['-F', lab.source, '--compression', 'xz'], {
      env: await scripted(lab, 'xz', 'head -c 10 >/dev/null; echo "xz: no more memory" >&2; exit 1'),
    });
    expect(xz.code).toBe(1);
    expect(expectOneLine(xz)).toMatch(/\bxz\b.*no more memory/);
    expect(await remainsOf(lab)).toEqual([]);
    expect(await lab.levels()).toEqual([]);
    expect(await filesBelow(join(lab.store, 'data')).catch(() => [])).toEqual([]);
  });

  it('messages stay on one line whatever is in a name', async () => {
    const ended = await runAgent(lab, 'backup', ['-F', join(lab.root, 'two\nlines \u001b[31mred')]);
    expect(ended.code).toBe(1);
    expect(expectOneLine(ended)).not.toMatch(/\u001b/);
  });
});

describe('secrets', () => {
  const SECRET = 'Tr0ub4dor&3-never-to-be-seen';

  it('a passphrase is in no output, log, stored object, or command line or environment of a child', async () => {
    const passFile = await lab.otherPassFile(`${SECRET}\n`);
    const pass = ['--encrypt-pass-file', passFile];
    await writeFile(join(lab.source, 'large'), randomBytes(6 * 1024 * 1024));
    const seen: string[] = [];
    const outputs: string[] = [];
    const run = async (action: string, options: Options): Promise<void> => {
      const started = startAgent(lab, action, ['--debug', '--json', '--metadata-out', join(lab.root, 'result'), ...options, ...pass]);
      let over = false;
      const ended = started.ended.then((how) => {
        over = true;
        return how;
      });
      while (!over) for (const { commandLine, environment } of await processesOf(lab)) seen.push(commandLine, environment);
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(0);
      outputs.push(stdout, stderr);
    };
    await run('backup', ['-F', lab.source, '--compression', 'xz']);
    await run('backup', ['-F', lab.source, '--incremental', '--compression', 'xz']);
    await run('verify', []);
    await run('restore', ['--restore-abs-path', lab.target()]);
    await run('list', []);
    expect(seen.some((text) => /\bxz\b/.test(text))).toBe(true);
    for (const text of [...seen, ...outputs]) expect(text).not.toContain(SECRET);
    for (const folder of [lab.store, lab.state, lab.home]) {
      for (const path of await filesBelow(folder))
        expect({ path, found: (await readFile(join(folder, path))).includes(SECRET) }).toEqual({ path, found: false });
    }
    for (const file of ['ours.log', 'result']) expect(await readFile(join(lab.root, file), 'utf8')).not.toContain(SECRET);
  });

  it('what is given on the command line or in a job file is in no output and no log, also when the run fails', async () => {
    const job = join(lab.root, 'job.conf');
    await writeFile(job, `[job]\nssh_password = ${SECRET}\nsecret_key = ${SECRET}\n`);
    for (const options of [
      ['--os-password', SECRET, '--config', job, '-F', lab.source],
      ['--os-password', SECRET, '--config', job, '-F', '/no/such/path'],
      [`--os-password=${SECRET}`, `--ftp-password=${SECRET}`, '-F', lab.source, '--max-level', 'x'],
      ['--proxy', `http://user:${SECRET}@proxy:3128`, '-F', lab.source],
      ['-F', lab.source, '--os-token', SECRET, '--no-such-option'],
    ]) {
      const { stdout, stderr } = await runAgent(lab, 'backup', ['--debug', '--metadata-out', join(lab.root, 'result'), '--json', ...options]);
      expect(stdout + stderr).not.toContain(SECRET);
    }
    for (const folder of [lab.store, lab.state, lab.home]) {
      for (const path of await filesBelow(folder))
        expect({ path, found: (await readFile(join(folder, path))).includes(SECRET) }).toEqual({ path, found: false });
    }
    for (const file of ['ours.log', 'result']) expect(await readFile(join(lab.root, file), 'utf8')).not.toContain(SECRET);
  });

  it('what is stored and kept is for its owner alone', async () => {
    await mkdir(join(lab.root, 'fresh'));
    const options = ['-C', join(lab.root, 'fresh/store'), '--state-dir', join(lab.root, 'fresh/state')];
    await mustAgent(lab, 'backup', ['-F', lab.source, ...options]);
    const open = await runProgram('find', [join(lab.root, 'fresh/store'), join(lab.root, 'fresh/state'), '-perm', '/077', '!', '-type', 'l']);
    expect(open).toMatchObject({ code: 0, stdout: '' });
  });

  it('the stack of an error is in the log, and only when that was asked for', async () => {
    await mustAgent(lab, 'backup', ['-F', lab.source]);
    await rm(objectPath(lab.store, await lab.newest(), 'pieces'));
    const log = join(lab.root, 'ours.log');
    for (const debug of [false, true]) {
      await rm(log);
      expectOneLine(await runAgent(lab, 'restore', ['--restore-abs-path', lab.target(), ...(debug ? ['--debug'] : [])]));
      expect(/at .*main|at .*chunks|stack=/.test(await readFile(log, 'utf8'))).toBe(debug);
    }
    expect(HOST).toBe('labhost');
  });
});
