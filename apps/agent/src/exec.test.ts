import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
});
afterEach(() => here[Symbol.dispose]());

const exec = (command: string, ...options: readonly string[]) => here.run('exec', '--command', command, ...options);

describe('exec', () => {
  test('runs words as words, and prints what was written to both outputs', async () => {
    const script = here.path('a script');
    await writeFile(script, '#!/bin/sh\nprintf "%s\\n" "$@"\necho to stderr >&2\n', { mode: 0o755 });
    const { code, out, complaints } = await exec(`'${script}' "two words" '$HOME' *.x ; touch pwned`);
    expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
    expect(out.split('\n').toSorted()).toEqual(['', '$HOME', '*.x', ';', 'pwned', 'to stderr', 'touch', 'two words']);
    expect(existsSync(here.path('pwned'))).toBe(false);
    // Nothing is opened that it does not need.
    expect(existsSync(here.path('store'))).toBe(false);
  });

  test('joins programs by |, with blanks around it or without', async () => {
    expect(await exec('printf "b\\na\\n"|sort | head -n 1')).toMatchObject({ code: 0, out: 'a\n' });
    // That nobody reads on is no failure of yes, whatever it says of it.
    expect(await exec('yes | head -n 1')).toMatchObject({ code: 0, out: expect.stringMatching(/^y$/m) });
  });

  test('the exit code is true, and the arguments are in no message', async () => {
    const failed = await exec('sh -c "echo partly; exit 3" hunter2');
    expect(failed).toEqual({ code: 1, out: 'partly\n', complaints: 'Critical Error: Error: while executing script sh return code was 3 instead of 0\n' });
    expect(here.log()).toContain('return code was 3');
    expect(here.log()).not.toContain('hunter2');
    expect(await exec('sh -c "exit 4" | cat')).toMatchObject({ code: 1, complaints: expect.stringContaining('return code was 4') });
    expect(await exec("sh -c 'kill -9 $$'")).toMatchObject({ code: 1, complaints: expect.stringContaining('script sh it was killed by SIGKILL') });
  });

  test('what cannot be started is named', async () => {
    expect(await exec('/no/such x')).toMatchObject({ code: 1, complaints: expect.stringMatching(/while executing script \/no\/such: .*not installed/) });
  });

  test('without a command, or with a quote that is not closed, it is wrong usage', async () => {
    expect(await here.run('exec')).toMatchObject({ code: 2, complaints: 'Critical Error: --command option is required\n' });
    expect(await exec("echo 'x")).toMatchObject({ code: 2, complaints: expect.stringContaining('quote') });
  });

  test('--shell hands it to a shell', async () => {
    here.environment = { ...here.environment, WORD: 'of mine' };
    expect(await exec('echo "$WORD" && exit 5', '--shell')).toMatchObject({ code: 1, out: 'of mine\n' });
  });

  test('the program has the whole environment of the agent', async () => {
    here.environment = { ...here.environment, LANG: 'C.UTF-8', OS_PROJECT_NAME: 'demo' };
    const { out } = await exec('env');
    expect(out).toMatch(/^OS_PROJECT_NAME=demo$/m);
    expect(out).toMatch(/^LC_ALL=$/m);
  });

  test('--proxy stands in the environment in place of all proxies, and the result document hides its account', async () => {
    here.environment = { ...here.environment, http_proxy: 'http://old', HTTPS_PROXY: 'http://old' };
    const proxies = async (...options: readonly string[]) =>
      (await exec('env', ...options)).out
        .split('\n')
        .filter((line) => /proxy/i.test(line))
        .toSorted();
    expect(await proxies()).toEqual(['HTTPS_PROXY=http://old', 'http_proxy=http://old']);
    expect(await proxies('--proxy', 'HTTP://Me:Hunter2@Host:1')).toEqual(['HTTPS_PROXY=http://Me:Hunter2@host:1', 'HTTP_PROXY=http://Me:Hunter2@host:1']);
    expect(await proxies('--proxy', '')).toEqual([]);
    expect(here.log()).not.toContain('Hunter2');
    expect(await exec('env', '--proxy', 'ftp://me:Hunter2@host')).toEqual({
      code: 2,
      out: '',
      complaints: expect.stringMatching(/^Critical Error: Proxy has unknown scheme(?!.*Hunter2)/),
    });
    await writeFile(here.path('saved'), 'x');
    const backup = await here.run('backup', '-F', here.path('saved'), '--proxy', 'http://Me:Hunter2@host', '--queue-size', '2', '--metadata-out', '-');
    expect(JSON.parse(backup.out)).toMatchObject({ proxy: 'http://***@host' });
    expect(backup.out).not.toContain('Hunter2');
  });

  test('--time-limit ends it with all that it started', async () => {
    const pidFile = here.path('pid');
    const started = Date.now();
    const ended = await exec(`sleep 60 & echo $! > '${pidFile}'; echo begun; wait`, '--shell', '--time-limit', '1');
    expect(ended).toEqual({
      code: 1,
      out: 'begun\n',
      complaints: 'Critical Error: Error: while executing script /bin/sh the time limit of 1 seconds was exceeded\n',
    });
    expect(Date.now() - started).toBeLessThan(20_000);
    const child = Number(readFileSync(pidFile, 'utf8'));
    const isGone = (): boolean => !existsSync(`/proc/${child}`) || / [ZX] /.test(readFileSync(`/proc/${child}/stat`, 'utf8'));
    for (let tries = 0; tries < 50 && !isGone(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isGone()).toBe(true);
  });

  test('a signal stops it', async () => {
    here.onStart = (stop) => void setTimeout(() => stop('SIGTERM'), 300);
    expect(await exec('sleep 60')).toMatchObject({ code: 143, complaints: 'Critical Error: stopped by SIGTERM\n' });
  });

  test('the last 64 KiB are kept', async () => {
    const { out } = await exec("sh -c 'yes begin | head -n 100000; echo the end'");
    expect(out).toMatch(/^\(600008 bytes in all; these are the last 64 KiB\)\n/);
    expect(out.slice(out.indexOf('\n') + 1)).toHaveLength(65_536);
    expect(out.endsWith('the end\n')).toBe(true);
  });

  test('the result document has it all, except on the standard output that a scheduler reads as that of a backup', async () => {
    await exec('sh -c "echo x; exit 3"', '--metadata-out', here.path('result'));
    const document: unknown = JSON.parse(await readFile(here.path('result'), 'utf8'));
    expect(document).toMatchObject({
      action: 'exec',
      result: 'fail',
      program: 'sh',
      return_code: 3,
      timed_out: false,
      output: 'x\n',
      output_bytes: 2,
      output_cut: false,
    });
    expect(await exec('echo x', '--metadata-out', '-')).toMatchObject({ code: 0, out: '' });
    expect(JSON.parse((await exec('echo x', '--json')).out)).toMatchObject({ return_code: 0, output: 'x\n' });
  });

  test('--dry-run runs nothing', async () => {
    expect(await exec(`touch ${here.path('made')} | cat`, '--dry-run')).toMatchObject({ code: 0, out: 'would run touch | cat\n' });
    expect(existsSync(here.path('made'))).toBe(false);
  });

  test('a job file of Freezer runs', async () => {
    await writeFile(here.path('job'), '[job]\naction = exec\ncommand = /bin/echo from a job\nstorage = swift\n');
    expect(await here.runLine(['--config', here.path('job'), '--log-file', here.path('log')])).toMatchObject({ code: 0, out: 'from a job\n' });
  });
});
