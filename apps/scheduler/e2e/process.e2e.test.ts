import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { action, Bench, job } from './harness/bench.ts';
import { isRunning, waitFor } from './harness/wait-for.ts';

jest.setTimeout(90_000);

let bench: Bench;
let words: readonly string[];
beforeEach(async () => {
  bench = await Bench.open();
  words = ['--no-api', '-f', bench.path('jobs'), '--unscheduled-delay', '0'];
});
afterEach(() => bench.close());

test('a pid file with the number of another program: nothing is signalled, and a scheduler starts', async () => {
  const other = spawn('sleep', ['600'], { stdio: 'ignore' });
  try {
    await once(other, 'spawn');
    await writeFile(bench.path('state', 'scheduler.pid'), `${other.pid}\n`);
    expect(await bench.run([...words, 'status'])).toMatchObject({ code: 1, out: 'Not Running (a pid file was left)\n' });
    expect(await bench.run([...words, 'reload'])).toMatchObject({ code: 0, out: 'Not Running\n' });
    expect(await bench.run([...words, 'stop'])).toMatchObject({ code: 0, out: 'Not Running\n' });
    expect(isRunning(other.pid ?? 0)).toBe(true);
    const started = await bench.run([...words, 'start']);
    expect(started).toMatchObject({ code: 0, out: expect.stringMatching(/running with pid: \d+/) as unknown });
    expect(started.out).not.toContain(` ${other.pid}\n`);
    expect(await bench.run([...words, 'stop'])).toMatchObject({ code: 0 });
    expect(isRunning(other.pid ?? 0)).toBe(true);
  } finally {
    other.kill('SIGKILL');
  }
});

test('standard output on a full disk is one line and exit 1, a reader that is gone is no failure', async () => {
  for (const word of ['--help', '--version', 'man']) {
    expect(await bench.inScript('"$@" > /dev/full', [word])).toEqual({
      code: 1,
      out: '',
      err: 'freezer-scheduler: standard output cannot be written (ENOSPC)\n',
    });
    expect(await bench.inScript('set -o pipefail; "$@" | true', [word])).toEqual({ code: 0, out: '', err: '' });
  }
  expect(await bench.inScript('"$@" 2> /dev/full', ['nonsense'])).toMatchObject({ code: 64 });
});

test('with an empty TZ the times of jobs are UTC', async () => {
  await bench.job('nightly', job('nightly', {}, { job_schedule: { schedule_date: '2099-01-01T03:00:00' } }));
  for (const zone of ['TZ=', 'TZ=Mars/Phobos'])
    expect(await bench.inScript(`export ${zone}; "$@"`, [...words, 'validate'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('2099-01-01T03:00:00.000Z'),
    });
});

test('validate warns of a TZ with rules of its own, as the scheduler does, where the times are read as UTC', async () => {
  await bench.job('nightly', job('nightly', {}, { job_schedule: { schedule_date: '2099-01-01T03:00:00' } }));
  const rules = 'export TZ=CET-1CEST,M3.5.0,M10.5.0/3; "$@"';
  const out = expect.stringContaining('2099-01-01T03:00:00.000Z') as unknown;
  const err = expect.stringMatching(/^freezer-scheduler: warning: TZ=CET-1CEST,M3\.5\.0,M10\.5\.0\/3 is no name of a zone: .*\n$/) as unknown;
  expect(await bench.inScript(rules, [...words, 'validate'])).toEqual({ code: 0, out, err });
  expect(await bench.inScript(rules, [...words, '--timezone', 'Europe/Berlin', 'validate'])).toMatchObject({ code: 0, err: '' });
});

test('an address for metrics that is wrong or taken ends the start with one line, before any job', async () => {
  await bench.job('never', job('never'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    for (const [listen, code] of [
      ['0.0.0.0:9108', 2],
      ['nonsense', 2],
      [`127.0.0.1:${port}`, 1],
    ] as const) {
      const daemon = bench.start([...words, '--metrics-listen', listen]);
      expect(await Promise.race([daemon.ended, sleep(20_000, 'it did not end', { ref: false })])).toBe(code);
      expect(daemon.log()).toContain('metrics_listen');
    }
  } finally {
    server.close();
  }
  expect(bench.agents()).toEqual([]);
  expect((await readdir(bench.path('state'))).filter((name) => name.endsWith('.pid'))).toEqual([]);
});

test('SIGUSR1 opens no port for a debugger', async () => {
  const daemon = await bench.started(words);
  daemon.process.kill('SIGUSR1');
  await sleep(1000);
  expect(daemon.log()).not.toContain('Debugger');
  expect(isRunning(daemon.pid)).toBe(true);
  daemon.process.kill('SIGTERM');
  expect(await waitFor('it ends', () => daemon.ended)).toBe(0);
});

test('A12: of 50 jobs that are due in one second all run, eight at a time, the urgent ones first', async () => {
  const due = new Date(Math.ceil(Date.now() / 1000) * 1000 + 8000).toISOString().replace('.000', '');
  const names = Array.from({ length: 50 }, (_, index) => `job${String(index).padStart(2, '0')}`);
  const urgent = names.slice(40, 48);
  for (const name of names) {
    const priority = urgent.includes(name) ? 5 : 0;
    const document = { ...job(name), job_actions: [action(name, { seconds: 0.2 }, { priority })], job_schedule: { schedule_date: due } };
    await bench.job(name, document);
  }
  await bench.started([...words, '--concurrent-jobs', '8']);
  await waitFor('all have run', () => names.every((name) => bench.facts(name, 'end').length === 1), 80);
  const facts = bench.agents().filter(({ what }) => what === 'start' || what === 'end');
  expect(facts.filter(({ what }) => what === 'start').length).toBe(50);
  expect(Math.min(...facts.map(({ at }) => at))).toBeGreaterThanOrEqual(Date.parse(due));
  const first = facts.filter(({ what }) => what === 'start').slice(0, 8);
  expect(first.map(({ name }) => name).toSorted()).toEqual(urgent);
  let atWork = 0;
  let most = 0;
  for (const { what } of facts) {
    atWork += what === 'start' ? 1 : -1;
    most = Math.max(most, atWork);
  }
  expect(most).toBeLessThanOrEqual(8);
  await waitFor('all are completed', async () => Object.values(await bench.list(words)).filter(({ status }) => status === 'completed').length === 50);
});

test('a scheduler that waits for the jitter of its start ends when it is told to', async () => {
  const daemon = await bench.started([...words, '--startup-jitter', '100000']);
  daemon.process.kill('SIGTERM');
  expect(await Promise.race([daemon.ended, sleep(20_000, 'it did not end', { ref: false })])).toBe(0);
});

test('stop --force ends agents that ignore SIGTERM before it comes back, and what they did is kept', async () => {
  await bench.job('stubborn', job('stubborn', { seconds: '600', ignore: '1', child: '1' }));
  expect(await bench.run([...words, 'start'])).toMatchObject({ code: 0 });
  const agent = await waitFor('the agent has a child', () => bench.facts('stubborn', 'child')[0]);
  expect(await bench.run([...words, '--timeout', '1', '--force', 'stop'])).toMatchObject({ code: 0, out: '' });
  expect([agent.pid, agent.child].map((pid) => isRunning(pid ?? 0))).toEqual([false, false]);
  expect(await bench.run([...words, 'status'])).toMatchObject({ code: 3, out: 'Not Running\n' });
  expect((await bench.run([...words, 'list'])).out).toMatch(/aborted/);
});

test('run-once goes on when its terminal is closed, as its agent does, and ends with both when it is interrupted', async () => {
  await bench.job('long', job('long', { seconds: '600' }));
  const script = '"$@" & run=$!; until grep -q start agent.log; do sleep 0.1; done; kill -HUP $run; sleep 0.5; kill -INT $run; wait $run';
  const ran = await bench.inScript(script, [
    ...words,
    '--agent-path',
    join(import.meta.dirname, 'harness/fake-agent.mjs'),
    'run-once',
    bench.path('jobs', 'long.conf'),
  ]);
  expect(ran).toMatchObject({ code: 130, out: 'long: aborted: aborted\n' });
  expect(bench.facts('long', 'start').map(({ pid }) => isRunning(pid))).toEqual([false]);
});

/** Makes a program signal itself as soon as it has made a temporary folder. */
const SIGNAL_AFTER_MKDTEMP = `
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const { mkdtemp } = fs;
fs.mkdtemp = async (prefix) => {
  const folder = await mkdtemp(prefix);
  process.kill(process.pid, 'SIGTERM');
  return folder;
};
syncBuiltinESMExports();
`;

test('run-once that is ended when it has just made its temporary folder runs nothing and leaves nothing', async () => {
  await bench.job('early', job('early'));
  await mkdir(bench.path('tmp'));
  await writeFile(bench.path('early.mjs'), SIGNAL_AFTER_MKDTEMP);
  const environment = { TMPDIR: bench.path('tmp'), NODE_OPTIONS: `--import=${bench.path('early.mjs')}` };
  expect(await bench.run(['run-once', bench.path('jobs', 'early.conf')], environment)).toMatchObject({ code: 143 });
  expect(await readdir(bench.path('tmp'))).toEqual([]);
  expect(bench.facts('early', 'start')).toEqual([]);
});
