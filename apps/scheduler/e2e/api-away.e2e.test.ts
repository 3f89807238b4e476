import { mkdir, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { apiJobs } from './harness/api-jobs.ts';
import { Bench } from './harness/bench.ts';
import { TrialApi } from './harness/trial-api.ts';
import { isRunning, waitFor } from './harness/wait-for.ts';

jest.setTimeout(120_000);

let bench: Bench;
let api: TrialApi;
const words = ['-c', 'node1', '-i', '1', '--unscheduled-delay', '0', '--kill-grace', '1'];

beforeEach(async () => {
  bench = await Bench.open();
  api = await TrialApi.open(bench.path('state'));
  await api.client.clients.create({ client_id: 'node1', hostname: 'node1' });
});
afterEach(async () => {
  await bench.close();
  await api.close();
});

const { create, becomes, begins } = apiJobs(() => ({ bench, api }));

describe('an API that is away, or does not answer', () => {
  test('A6: the API is away, then silent: jobs run on time, and what happened arrives in order, once each', async () => {
    const names = ['one', 'two', 'three'];
    const document = (name: string) => JSON.stringify({ container: 'c', hostname: 'h', backup_name: name, action: 'backup', time_stamp: 1_795_000_000 });
    const ids = await Promise.all(
      names.map((name) =>
        create(name, { keys: { document: document(name) }, schedule: { schedule_date: new Date(Date.now() + 9000).toISOString().replace(/\.\d+Z/, 'Z') } }),
      ),
    );
    const stopped = await create('stopped', { schedule: { schedule_interval: '1 hours' } });
    const daemon = await bench.started([...words, '--http-timeout', '2', '--concurrent-jobs', '3']);
    await waitFor('all are planned', async () => (await bench.status(words)).jobs === 4);
    await waitFor('all is delivered', async () => (await bench.status(words)).undelivered === 0);
    await api.client.jobs.stop(stopped);
    await api.kill();
    for (const name of names) await begins(name);
    await waitFor('all have ended', () => names.every((name) => bench.facts(name, 'end').length === 1));
    // What waits outlives the scheduler.
    daemon.process.kill('SIGKILL');
    await daemon.ended;
    bench.start([...words, '--http-timeout', '2']);
    await api.start();
    api.hang();
    await sleep(3000);
    api.goOn();
    for (const id of ids) expect(await becomes(id, 'completed', 60)).toMatchObject({ result: 'success' });
    expect(await becomes(stopped, 'stop', 60)).toMatchObject({ event: '' });
    await waitFor('nothing is left to be delivered', async () => (await bench.status(words)).undelivered === 0);
    const backups = await api.client.backups.list({ limit: 100 });
    expect(backups.map(({ backup_metadata: metadata }) => metadata['backup_name']).toSorted()).toEqual([...names].toSorted());
    for (const name of names) expect(bench.facts(name, 'start')).toHaveLength(1);
  });

  test('an API that does not answer takes no time from the end: agents are ended after stop_timeout', async () => {
    await create('endless', { keys: { seconds: 600 } });
    const daemon = await bench.started([...words, '--stop-timeout', '1', '--kill-grace', '1', '--http-timeout', '20']);
    await begins('endless');
    api.hang();
    await sleep(3000);
    daemon.process.kill('SIGTERM');
    const asked = Date.now();
    const { at } = await waitFor('the agent is asked to end', () => bench.facts('endless', 'SIGTERM')[0]);
    expect(at - asked).toBeLessThan(8000);
    api.goOn();
    expect(await daemon.ended).toBe(0);
  });

  test('a scheduler whose first question is not answered hears signals: SIGHUP does not end it, SIGTERM ends it and nothing is left', async () => {
    await create('long', { keys: { seconds: 6 } });
    const before = await bench.started(words);
    const { pid } = await begins('long');
    before.process.kill('SIGKILL');
    await before.ended;
    api.hang();
    const daemon = bench.start([...words, '--http-timeout', '60']);
    await waitFor('it is there', async () => (await bench.status(words)).pid === daemon.pid);
    daemon.process.kill('SIGHUP');
    await sleep(1000);
    expect(isRunning(daemon.pid)).toBe(true);
    daemon.process.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    // What was running was waited for.
    expect(bench.facts('long', 'end')).toHaveLength(1);
    expect(isRunning(pid)).toBe(false);
    expect(await bench.run([...words, 'status'])).toMatchObject({ code: 3, out: 'Not Running\n' });
    api.goOn();
  });

  test('stop --force lets the scheduler end by itself, also when its agents are deaf and the API does not answer', async () => {
    await create('deaf', { keys: { seconds: 600, ignore: '1' } });
    const daemon = await bench.started([...words, '--stop-timeout', '600', '--kill-grace', '60', '--http-timeout', '20']);
    const { pid } = await begins('deaf');
    api.hang();
    expect(await bench.run([...words, '--stop-timeout', '600', '--timeout', '1', '--force', 'stop'])).toMatchObject({ code: 0, out: '' });
    expect(isRunning(pid)).toBe(false);
    expect(await daemon.ended).toBe(0);
    expect(await bench.run([...words, 'status'])).toMatchObject({ code: 3, out: 'Not Running\n' });
    api.goOn();
  });

  test('run-once that is interrupted while the API does not answer leaves nothing', async () => {
    await mkdir(bench.path('tmp'));
    api.hang();
    const script = '"$@" & run=$!; until test -n "$(ls tmp)"; do sleep 0.1; done; sleep 1; kill -INT $run; wait $run';
    expect(await bench.inScript(`export TMPDIR=$PWD/tmp; ${script}`, ['-c', 'node1', '--state-dir', bench.path('state'), 'run-once', 'some-job'])).toEqual({
      code: 130,
      out: '',
      err: '',
    });
    expect(await readdir(bench.path('tmp'))).toEqual([]);
    api.goOn();
  });

  test('run-once says that the API was not told of the run, and is no success then', async () => {
    const document = JSON.stringify({ container: 'c', hostname: 'h', backup_name: 'alone', action: 'backup', time_stamp: 1_795_000_000 });
    const id = await create('alone', { keys: { seconds: 4, document }, schedule: { status: 'stop' } });
    const ran = bench.run(['-c', 'node1', '--http-timeout', '1', 'run-once', id]);
    await begins('alone');
    await api.kill();
    expect(await ran).toMatchObject({
      code: 3,
      out: `${id}: success\n`,
      err: expect.stringMatching(/run-once: the API did not take [12] of the records/) as unknown,
    });
    expect(bench.facts('alone', 'end')).toHaveLength(1);
  });

  test('A10: a restart without the API goes on with what was known', async () => {
    await create('known', { schedule: { schedule_interval: '2 seconds' } });
    const daemon = await bench.started(words);
    await begins('known');
    daemon.process.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    await api.kill();
    const count = bench.facts('known', 'start').length;
    bench.start([...words, '--http-timeout', '1']);
    await begins('known', count + 2);
  });
});
