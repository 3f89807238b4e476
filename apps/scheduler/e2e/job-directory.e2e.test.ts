import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { action, Bench, job, REAL_AGENT } from './harness/bench.ts';
import { isRunning, waitFor } from './harness/wait-for.ts';

jest.setTimeout(90_000);

let bench: Bench;
let words: readonly string[];
beforeEach(async () => {
  bench = await Bench.open();
  words = ['--no-api', '-f', bench.path('jobs'), '--unscheduled-delay', '0', '--kill-grace', '1'];
});
afterEach(() => bench.close());

const done = (id: string) => waitFor(`${id} is done`, async () => (await bench.list(words))[id]?.status === 'completed' && (await bench.list(words))[id]);

describe('a directory of jobs', () => {
  test('a real agent makes a backup, once and again and again', async () => {
    await mkdir(bench.path('data'));
    await writeFile(bench.path('data', 'file'), 'content');
    const real = [...words, '--agent-path', REAL_AGENT];
    const keys = { storage: 'local', container: bench.path('store'), path_to_backup: bench.path('data') };
    await bench.job('once', job('once', keys));
    await bench.job('often', job('often', keys, { job_schedule: { schedule_interval: '5 seconds' } }));
    await bench.started(real);
    expect((await done('once')).result).toBe('success');
    const points = async (name: string): Promise<number> => {
      const names = await readdir(bench.path('store', 'metadata', 'tar')).catch(() => []);
      const set = names.find((one) => one.endsWith(`_${name}`));
      return set === undefined ? 0 : (await readdir(bench.path('store', 'metadata', 'tar', set))).length;
    };
    await waitFor('there are two backups', async () => (await points('often')) >= 2, 60);
    expect(await points('once')).toBe(1);
    await waitFor('it is planned again', async () => (await bench.list(words))['often']?.status === 'scheduled', 60);
  });

  test('A16: a bad file hides no good one, is shown with its reason, and ends nothing', async () => {
    await bench.job('good', job('good', { text: 'ä % %(x)s\nsecond line', list: ['a', 'b'], flag: true, nothing: null, number: 3 }));
    await bench.job('broken', '{"job_id": ');
    await bench.job('null-actions', { ...job('null-actions'), job_actions: null });
    await bench.job('null-action', { ...job('null-action'), job_actions: [null] });
    await bench.job('every-day', job('every-day', {}, { job_schedule: { schedule_interval: 'every day' } }));
    await bench.job('zero', job('zero', {}, { job_schedule: { schedule_interval: '0 minutes' } }));
    await bench.job('far', job('far', {}, { job_schedule: { schedule_date: '99999-01-01T00:00:00' } }));
    await bench.job('long', { ...job('long'), description: 'x'.repeat(5_000_000) });
    await bench.job('twin-a', job('twin'));
    await bench.job('twin-b', job('twin', { other: '1' }));
    const daemon = await bench.started(words);
    for (const id of ['good', 'long', 'twin']) expect((await done(id)).result).toBe('success');
    const jobs = Object.values(await bench.list(words));
    const failed = jobs.filter(({ result }) => result === 'fail').map(({ message }) => message);
    expect(failed.some((message) => message.startsWith('broken.conf: is no JSON'))).toBe(true);
    expect(failed.some((message) => message.startsWith('job_actions'))).toBe(true);
    expect(failed.some((message) => message.includes('schedule_interval'))).toBe(true);
    expect(bench.facts('twin', 'start')).toHaveLength(1);
    expect(daemon.log()).toContain('twin');
    const [start] = bench.facts('good', 'start');
    expect(start?.mode).toBe('600');
    expect(start?.argv?.slice(0, 2)).toEqual(['--metadata-out', '-']);
    expect(start?.text).toBe(
      '[action]\naction = backup\nmode = fs\nbackup_name = good\ntext = ä %% %%(x)s\n\tsecond line\nlist = a,b\nflag = True\nnumber = 3\n\n',
    );
    expect(daemon.process.exitCode).toBeNull();
    await waitFor('no folder of a run is left', async () => (await bench.leftovers()).length === 0);
  });

  test('a file that comes, changes or goes while it runs is noticed', async () => {
    await bench.started([...words, '-i', '60']);
    await bench.job('late', job('late', {}, { job_schedule: { schedule_interval: '1 hours' } }));
    await waitFor('the new job is there', async () => (await bench.list(words))['late']?.status === 'scheduled');
    await bench.job('late', job('late', {}, { job_schedule: { schedule_interval: '1 seconds' } }));
    await waitFor('it runs by its new schedule', () => bench.facts('late', 'start').length > 1);
    await rm(bench.path('jobs', 'late.conf'));
    await waitFor('it is known no more', async () => (await bench.list(words))['late'] === undefined);
  });

  test('A22: actions in order, retries, mandatory ones; each action has its status', async () => {
    await bench.job('a22', {
      job_id: 'a22',
      action_defaults: { container: 'c' },
      job_actions: [action('one', { codes: '1,1,1' }, { max_retries: 2, max_retries_interval: 0 }), action('two'), action('three', {}, { mandatory: true })],
    });
    await bench.started(words);
    const end = await done('a22');
    expect(end.result).toBe('fail');
    expect(
      bench
        .agents()
        .filter(({ what }) => what === 'start')
        .map(({ name }) => name),
    ).toEqual(['one', 'one', 'one', 'three']);
    expect(bench.facts('three', 'start')[0]?.text).toContain('container = c\n');
  });

  test('exit 3 is partial, is tried once, and its reason is told', async () => {
    await bench.job(
      'part',
      job('part', { codes: '3', say: 'one file changed' }, { job_actions: [action('part', { codes: '3', say: 'one file changed' }, { max_retries: 3 })] }),
    );
    await bench.started(words);
    const end = await done('part');
    expect(end).toMatchObject({ result: 'partial', message: expect.stringContaining('one file changed') as unknown });
    expect(bench.facts('part', 'start')).toHaveLength(1);
  });

  test('A23: disable_exec refuses a whole job before its first action, and no other job', async () => {
    await bench.job('mixed', { job_id: 'mixed', job_actions: [action('first'), { freezer_action: { action: 'exec', command: '/bin/true' } }] });
    await bench.job('plain', job('plain'));
    await bench.started([...words, '--disable-exec']);
    expect((await done('plain')).result).toBe('success');
    expect(await done('mixed')).toMatchObject({ result: 'fail', message: expect.stringContaining('disable_exec') as unknown });
    expect(bench.facts('first', 'start')).toHaveLength(0);
  });

  test('paths that are not allowed, and what this client does not support, are refused', async () => {
    await bench.job('etc', job('etc', { path_to_backup: '/etc/passwd' }));
    await bench.job('srv', job('srv', { path_to_backup: '/srv/x' }));
    await bench.job('sly', job('sly', { path_to_backup: '/srv/../etc' }));
    await bench.job('mysql', job('mysql', { mode: 'mysql', path_to_backup: '/srv/x' }));
    await bench.started([...words, '--allowed-paths', '/srv', '--capabilities-supported-modes', 'fs']);
    expect((await done('srv')).result).toBe('success');
    for (const id of ['etc', 'sly', 'mysql']) expect((await done(id)).result).toBe('fail');
    expect((await bench.list(words))['etc']?.message).toContain('allowed_paths');
    expect((await bench.list(words))['mysql']?.message).toContain('does not support mode mysql');
  });

  test('a time limit ends an action', async () => {
    await bench.job('slow', { job_id: 'slow', job_actions: [action('slow', { seconds: 60 }, { timeout: 1 })] });
    await bench.started(words);
    expect(await done('slow')).toMatchObject({ result: 'fail', message: expect.stringContaining('time limit') as unknown });
    expect(isRunning(bench.facts('slow', 'start')[0]?.pid ?? 0)).toBe(false);
  });

  test('hooks of the host run around the actions; one that fails before them keeps them back', async () => {
    await bench.job('hooked', job('hooked'));
    await bench.started([...words, '--pre-hook', '/bin/false', '--post-hook', `/usr/bin/touch ${bench.path('after')}`]);
    expect(await done('hooked')).toMatchObject({ result: 'fail', message: expect.stringContaining('pre_hook') as unknown });
    expect(bench.facts('hooked', 'start')).toHaveLength(0);
    expect(existsSync(bench.path('after'))).toBe(false);
  });
});

describe('the end of a scheduler', () => {
  test('A11: SIGTERM waits for a run; the recurring job stays scheduled', async () => {
    await bench.job('rec', job('rec', { seconds: 3 }, { job_schedule: { schedule_interval: '1 seconds' } }));
    const daemon = await bench.started([...words, '--stop-timeout', '20']);
    await waitFor('the run begins', () => bench.facts('rec', 'start').length === 1);
    const before = Date.now();
    daemon.process.kill('SIGTERM');
    await sleep(500);
    expect(existsSync(bench.path('state', 'scheduler.pid'))).toBe(true);
    expect(await daemon.ended).toBe(0);
    expect(Date.now() - before).toBeLessThan(15_000);
    expect(bench.facts('rec', 'end')).toHaveLength(1);
    expect(bench.facts('rec', 'SIGTERM')).toHaveLength(0);
    expect(existsSync(bench.path('state', 'scheduler.pid'))).toBe(false);
    expect((await bench.list(words))['rec']).toMatchObject({ status: 'scheduled', result: 'success' });
    await bench.started(words);
    await waitFor('the schedule goes on', () => bench.facts('rec', 'start').length > 1);
  });

  test('A11: a run that is too long is ended, its result is aborted, the schedule stays', async () => {
    await bench.job('rec', job('rec', { seconds: 60 }, { job_schedule: { schedule_interval: '1 seconds' } }));
    const daemon = await bench.started([...words, '--stop-timeout', '1']);
    const [start] = await waitFor('the run begins', () => bench.facts('rec', 'start').length > 0 && bench.facts('rec', 'start'));
    daemon.process.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(isRunning(start?.pid ?? 0)).toBe(false);
    expect((await bench.list(words))['rec']).toMatchObject({ status: 'scheduled', result: 'aborted' });
    expect(await bench.leftovers()).toEqual([]);
  });

  test('A10: after SIGKILL a running agent is taken over: one agent ever, its own result', async () => {
    await bench.job('long', job('long', { seconds: 5, codes: '3', say: 'odd' }));
    const daemon = await bench.started(words);
    const [start] = await waitFor('the run begins', () => bench.facts('long', 'start').length > 0 && bench.facts('long', 'start'));
    daemon.process.kill('SIGKILL');
    await daemon.ended;
    expect(isRunning(start?.pid ?? 0)).toBe(true);
    const next = await bench.started(words);
    await waitFor('it is taken over', () => next.log().includes('taken over'));
    expect(await done('long')).toMatchObject({ result: 'partial' });
    expect(bench.facts('long', 'start')).toHaveLength(1);
    await waitFor('no folder of a run is left', async () => (await bench.leftovers()).length === 0);
  });

  test('A10: an agent that ended while no scheduler ran has its result all the same', async () => {
    await bench.job('mean', job('mean', { seconds: 2 }));
    const daemon = await bench.started(words);
    const [start] = await waitFor('the run begins', () => bench.facts('mean', 'start').length > 0 && bench.facts('mean', 'start'));
    daemon.process.kill('SIGKILL');
    await daemon.ended;
    await waitFor('the agent ends', () => !isRunning(start?.pid ?? 0));
    await sleep(300);
    await bench.started(words);
    expect(await done('mean')).toMatchObject({ result: 'success' });
    expect(bench.facts('mean', 'start')).toHaveLength(1);
  });

  test('A10: a run of which nobody knows the end is lost; a restore is not repeated, a backup is, once', async () => {
    await bench.job('back', job('back', { seconds: 60 }));
    await bench.job('rest', { job_id: 'rest', job_actions: [{ freezer_action: { action: 'restore', backup_name: 'rest', seconds: 60 } }] });
    const daemon = await bench.started([...words, '--concurrent-jobs', '2']);
    await waitFor('both begin', () => bench.facts('back', 'start').length === 1 && bench.facts('rest', 'start').length === 1);
    daemon.process.kill('SIGKILL');
    await daemon.ended;
    // As when the machine goes down: supervisors and agents with it.
    for (const folder of await bench.leftovers()) {
      if (folder.endsWith('.json')) continue;
      const [instance] = (await import('node:fs')).readdirSync(bench.path('state'), { withFileTypes: true }).filter((one) => one.isDirectory());
      const { agent, supervisor } = JSON.parse(await readFile(bench.path('state', instance?.name ?? '', 'runs', folder, 'started.json'), 'utf8')) as {
        agent: { pid: number };
        supervisor: { pid: number };
      };
      process.kill(supervisor.pid, 'SIGKILL');
      process.kill(agent.pid, 'SIGKILL');
    }
    await bench.started([...words, '--concurrent-jobs', '2']);
    expect(await done('rest')).toMatchObject({ result: 'fail', message: expect.stringContaining('lost') as unknown });
    await waitFor('the backup is repeated', () => bench.facts('back', 'start').length === 2);
    expect(bench.facts('rest', 'start')).toHaveLength(1);
  });

  test('two with the same settings: the second is refused', async () => {
    await bench.started(words);
    const second = bench.start(words);
    expect(await second.ended).toBe(75);
    expect(second.log()).toContain('another scheduler');
  });
});

describe('commands', () => {
  test('start goes into the background and waits until it runs; stop, status, reload', async () => {
    await bench.job('rec', job('rec', {}, { job_schedule: { schedule_interval: '1 seconds' } }));
    expect(await bench.run([...words, 'status'])).toMatchObject({ code: 3, out: 'Not Running\n' });
    const started = await bench.run([...words, 'start']);
    expect(started).toMatchObject({ code: 0, out: expect.stringMatching(/running with pid: \d+/) as unknown });
    const pid = Number(/\d+/.exec(started.out)?.[0]);
    try {
      expect(await bench.run([...words, 'start'])).toMatchObject({ code: 0, out: expect.stringContaining(`already running with pid: ${pid}`) as unknown });
      expect(await bench.run(['status'])).toMatchObject({ code: 0, out: `Running with pid: ${pid}\n` });
      expect((await stat(bench.path('state', 'scheduler.pid'))).mode & 0o777).toBe(0o644);
      await waitFor('jobs run', () => bench.facts('rec', 'end').length > 0);
      expect(await bench.run(['reload'])).toMatchObject({ code: 0 });
      expect(await bench.status(words)).toMatchObject({ running: true, healthy: true, pid, jobs: 1 });
    } finally {
      expect(await bench.run(['stop'])).toMatchObject({ code: 0 });
    }
    expect(isRunning(pid)).toBe(false);
    expect(await bench.run(['stop'])).toMatchObject({ code: 0, out: 'Not Running\n' });
  });

  test('a pid that was given to another program is never signalled', async () => {
    const victim = bench.start(['--no-api', '-f', bench.path('jobs')]);
    await waitFor('it runs', () => victim.log().includes('the scheduler runs'));
    await writeFile(bench.path('state', 'scheduler.pid'), `${process.pid}\n1 other-boot\n`);
    expect(await bench.run(['stop'])).toMatchObject({ code: 0, out: 'Not Running\n' });
    expect(await bench.run(['status'])).toMatchObject({ code: 1 });
    await rm(bench.path('state', 'scheduler.pid'));
  });

  test('wrong usage and unknown actions end with their codes', async () => {
    expect(await bench.run(['bogus'])).toMatchObject({ code: 64, err: expect.stringContaining("unknown action 'bogus'") as unknown });
    expect(await bench.run([])).toMatchObject({ code: 2 });
    expect(await bench.run(['--interval', 'x', 'start'])).toMatchObject({ code: 2 });
    expect(await bench.run(['--no-daemon', '--no-api', '--agent-path', '/nowhere', 'start'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('/nowhere') as unknown,
    });
    expect(await bench.run(['-c', 'x', '--no-daemon', 'start'])).toMatchObject({ code: 1 });
    expect(await bench.run(['service', 'install'])).toMatchObject({ code: 69 });
  });

  test('validate and run-once', async () => {
    await bench.job('fine', job('fine', {}, { job_schedule: { schedule_hour: '3' } }));
    await bench.job('bad', job('bad', {}, { job_schedule: { schedule_interval: 'every day' } }));
    expect(await bench.run(['validate', bench.path('jobs', 'fine.conf')])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/fine\.conf: good\n {2}next: \d{4}-/) as unknown,
    });
    expect((await bench.run(['validate', bench.path('jobs')])).code).toBe(1);
    expect(await bench.run(['run-once', bench.path('jobs', 'fine.conf')])).toMatchObject({ code: 0, out: 'fine: success\n' });
    expect(bench.facts('fine', 'end')).toHaveLength(1);
    await bench.job('partly', job('partly', { codes: '3' }));
    expect((await bench.run(['run-once', bench.path('jobs', 'partly.conf')])).code).toBe(3);
    // Neither a file nor, where no API is named, the id of a job.
    expect(await bench.run(['run-once', 'fine.conf'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/run-once: there is no file fine\.conf, .*OS_AUTH_URL/) as unknown,
    });
  });
});
