import { readFileSync } from 'node:fs';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { apiJobs } from './harness/api-jobs.ts';
import { action, Bench } from './harness/bench.ts';
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

const { create, scheduleOf, becomes, begins } = apiJobs(() => ({ bench, api }));

describe('with the API', () => {
  test('a job is taken, run, and told of: backup record, run, log', async () => {
    await bench.started(words);
    expect((await api.client.clients.get('node1'))?.client).toMatchObject({
      client_id: 'node1',
      supported_actions: expect.arrayContaining(['backup']) as unknown,
    });
    const document = JSON.stringify({ container: 'c', hostname: 'h', backup_name: 'first', action: 'backup', time_stamp: 1_795_000_000 });
    const id = await create('first', { keys: { document, say: 'hello' } });
    const end = await becomes(id, 'completed');
    expect(end).toMatchObject({ result: 'success' });
    expect(end?.time_ended).toBeGreaterThanOrEqual(end?.time_started ?? Number.NaN);
    const [backup, ...others] = await waitFor('the backup is recorded', async () => {
      const found = await api.client.backups.list();
      return found.length > 0 && found;
    });
    expect(others).toEqual([]);
    expect(backup?.backup_metadata).toMatchObject({ job_id: id, client_id: 'node1', backup_name: 'first' });
    const run = await waitFor('the run has its log', async () => (await api.client.runs.list({ jobId: id })).find(({ log }) => log?.includes('hello')));
    expect(run).toMatchObject({ result: 'success' });
  });

  test('copies of jobs lie in the directory of -f, for nobody else, as long as there is the job', async () => {
    const id = await create('copied', { schedule: { schedule_interval: '1 hours' } });
    await bench.started([...words, '-f', bench.path('copies')]);
    const copy = bench.path('copies', `job_${id}.conf`);
    const stats = await waitFor('there is a copy', () => stat(copy).catch(() => undefined));
    expect(stats.mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(copy, 'utf8'))).toMatchObject({ job_id: id, description: 'copied' });
    await api.client.jobs.delete(id);
    await waitFor('it is gone', () =>
      stat(copy).then(
        () => false,
        () => true,
      ),
    );
  });

  test('A12: an idle poll is one request, and is answered with 304', async () => {
    await bench.started(words);
    await create('often', { schedule: { schedule_interval: '1 hours' } });
    await waitFor('it is planned', async () => Object.values(await bench.list(words)).some(({ status }) => status === 'scheduled'));
    await sleep(2500);
    const before = api.requests().length;
    await sleep(3200);
    const polls = api.requests().slice(before);
    expect(polls.length).toBeGreaterThanOrEqual(2);
    expect(polls.length).toBeLessThanOrEqual(5);
    expect(polls.every((line) => line.includes(' 304 ') || /status=304/.test(line))).toBe(true);
  });

  test('A7: an abort ends an agent that ignores SIGTERM, and its child', async () => {
    const id = await create('deaf', {
      keys: { seconds: 60, ignore: '1', child: '1' },
      more: { job_actions: [action('deaf', { seconds: 60, ignore: '1', child: '1' }, { max_retries: 3 }), action('tidy', {}, { mandatory: true })] },
    });
    await bench.started(words);
    const start = await begins('deaf');
    const [child] = await waitFor('it has a child', () => bench.facts('deaf', 'child').length > 0 && bench.facts('deaf', 'child'));
    const asked = Date.now();
    await api.client.jobs.abort(id);
    const end = await becomes(id, 'completed');
    expect(end).toMatchObject({ result: 'aborted', event: '' });
    expect(Date.now() - asked).toBeLessThan(15_000);
    expect(isRunning(start?.pid ?? 0)).toBe(false);
    expect(isRunning(child?.child ?? 0)).toBe(false);
    expect(bench.facts('deaf', 'start')).toHaveLength(1);
    expect(bench.facts('tidy', 'end')).toHaveLength(1);
  });

  test('A7, A9: an abort of a recurring job: SIGTERM with the next poll, SIGKILL after the grace, and no further run, while it runs and while it waits', async () => {
    const interval = 2;
    const grace = 2;
    const slow = [...words.slice(0, 2), '-i', String(interval), '--unscheduled-delay', '0', '--kill-grace', String(grace), '--concurrent-jobs', '2'];
    const deaf = await create('deaf', { keys: { seconds: 60, ignore: '1' }, schedule: { schedule_interval: '2 seconds' } });
    const quick = await create('quick', { schedule: { schedule_interval: '3 seconds' } });
    await bench.started(slow);
    const start = await begins('deaf');
    await begins('quick');
    await waitFor('it waits for its time', async () => (await scheduleOf(quick))?.status === 'scheduled');
    const asked = Date.now();
    for (const id of [deaf, quick]) await api.client.jobs.abort(id);
    for (const id of [deaf, quick]) expect(await becomes(id, 'stop')).toMatchObject({ event: '' });
    expect(await scheduleOf(deaf)).toMatchObject({ result: 'aborted', time_ended: expect.any(Number) as unknown });
    const [term] = bench.facts('deaf', 'SIGTERM');
    const ended = (await scheduleOf(deaf))?.time_ended ?? 0;
    expect(term?.at).toBeGreaterThanOrEqual(asked);
    // In whole seconds, and by the clock of a busy machine.
    expect(ended * 1000 + 1000).toBeGreaterThanOrEqual((term?.at ?? 0) + grace * 1000);
    expect((term?.at ?? 0) - asked).toBeLessThan((interval + 1) * 1000 + 5000);
    expect(isRunning(start?.pid ?? 0)).toBe(false);
    const before = bench.facts('quick', 'start').length;
    await sleep(5000);
    expect(bench.facts('quick', 'start')).toHaveLength(before);
    expect(bench.facts('deaf', 'start')).toHaveLength(1);
  });

  test('A8: an abort while a job waits for another try, and while it waits for a place', async () => {
    const waiting = await create('waiting', { more: { job_actions: [action('waiting', { codes: '1' }, { max_retries: 3, max_retries_interval: 60 })] } });
    await bench.started(words);
    await waitFor('the first try has failed', () => bench.facts('waiting', 'end').length === 1);
    const queued = await create('queued');
    await waitFor('the other waits', async () => (await bench.list(words))[queued]?.status === 'queued');
    await api.client.jobs.abort(queued);
    await waitFor('it is out of the queue', async () => ((await bench.list(words))[queued]?.status ?? 'gone') !== 'queued');
    await api.client.jobs.abort(waiting);
    expect(await becomes(waiting, 'completed')).toMatchObject({ result: 'aborted' });
    expect(bench.facts('waiting', 'start')).toHaveLength(1);
    expect(bench.facts('queued', 'start')).toHaveLength(0);
    expect((await scheduleOf(queued))?.result).toBe('aborted');
  });

  test('A9: an abort of a job that is scheduled, and of one that never ran', async () => {
    const planned = await create('planned', { schedule: { schedule_interval: '1 hours' } });
    const stopped = await create('stopped', { schedule: { status: 'stop', event: 'abort', schedule_interval: '1 hours' } });
    const other = await create('other');
    await bench.started(words);
    expect(await becomes(other, 'completed')).toMatchObject({ result: 'success' });
    await waitFor('it is planned', async () => (await scheduleOf(planned))?.status === 'scheduled');
    await api.client.jobs.abort(planned);
    expect(await becomes(planned, 'stop')).toMatchObject({ event: '' });
    expect(await becomes(stopped, 'stop')).toMatchObject({ event: '' });
    expect([...bench.facts('planned', 'start'), ...bench.facts('stopped', 'start')]).toEqual([]);
  });

  test('A15: an edit during a run is kept, and counts from then on', async () => {
    const id = await create('edited', { keys: { seconds: 3 }, schedule: { schedule_interval: '1 seconds' } });
    await bench.started(words);
    await begins('edited');
    await api.client.jobs.update(id, { description: 'by a user', job_schedule: { schedule_interval: '1 hours' }, job_actions: [action('later')] } as Parameters<
      typeof api.client.jobs.update
    >[1]);
    await waitFor('the run ends', () => bench.facts('edited', 'end').length === 1);
    await waitFor('it is planned anew', async () => (await scheduleOf(id))?.status === 'scheduled');
    await sleep(2500);
    expect(await api.client.jobs.get(id)).toMatchObject({ description: 'by a user', job_schedule: { schedule_interval: '1 hours', result: 'success' } });
    expect(bench.facts('edited', 'start')).toHaveLength(1);
    expect(bench.facts('later', 'start')).toHaveLength(0);
  });

  test('A17: the last of several events during a run counts', async () => {
    const id = await create('evented', { keys: { seconds: 4 }, schedule: { schedule_interval: '2 seconds' } });
    await bench.started(words);
    await begins('evented');
    await api.client.jobs.stop(id);
    await sleep(1200);
    await api.client.jobs.start(id);
    await sleep(1200);
    await api.client.jobs.stop(id);
    await waitFor('the run ends', () => bench.facts('evented', 'end').length === 1);
    expect(await becomes(id, 'stop')).toMatchObject({ event: '', result: 'success' });
    await sleep(2500);
    expect(bench.facts('evented', 'start')).toHaveLength(1);
  });

  test('A18: a job that is deleted while it runs ends its action, begins no other, and is not written to', async () => {
    const id = await create('gone', { more: { job_actions: [action('gone', { seconds: 3 }), action('never')] } });
    await bench.started(words);
    await begins('gone');
    await api.client.jobs.delete(id);
    await waitFor('its action ends', () => bench.facts('gone', 'end').length === 1);
    await waitFor('it is known no more', async () => (await bench.list(words))[id] === undefined);
    expect(bench.facts('never', 'start')).toEqual([]);
    expect(await api.client.jobs.get(id)).toBeUndefined();
    await waitFor('nothing is left to be delivered', async () => (await bench.status(words)).undelivered === 0);
  });

  test('A21: of two schedulers with one client id one begins jobs; the other waits until that one has gone', async () => {
    const id = await create('shared', { schedule: { schedule_interval: '1 seconds' } });
    const first = await bench.started(words);
    await begins('shared');
    // Another state folder is another installation; the trial API is found in the first.
    const second = [...words, '--state-dir', bench.path('second'), '--pid-file', bench.path('second.pid')];
    await mkdir(bench.path('second'), { recursive: true });
    await copyFile(bench.path('state', 'api-trial.json'), bench.path('second', 'api-trial.json'));
    const other = await bench.started(second);
    expect(other.log()).toContain('another scheduler works under this client id');
    expect(await bench.status(second)).toMatchObject({ running: true, state: 'standby' });
    const held = (await api.client.clients.get('node1'))?.client;
    expect(held).toMatchObject({ state: 'running', conflict: { hostname: expect.any(String) as unknown } });
    expect(held?.conflict?.instance_uuid).not.toBe(held?.instance_uuid);
    // Its folder is lost, and nobody heard it end; what the first had at work ends by itself.
    const killedAt = Date.now();
    first.process.kill('SIGKILL');
    await first.ended;
    await waitFor('the other has taken over', async () => (await bench.status(second)).state === 'running', 30);
    const before = bench.facts('shared', 'start').length;
    await begins('shared', before + 1);
    expect((await api.client.clients.get('node1'))?.client).toMatchObject({ instance_uuid: held?.conflict?.instance_uuid, conflict: null });
    other.process.kill('SIGTERM');
    await other.ended;
    expect((await api.client.clients.get('node1'))?.client).toMatchObject({ state: 'stopped' });
    expect((await scheduleOf(id))?.status).toBe('scheduled');
    const byOther = bench.facts('shared', 'start').filter(({ argv }) => argv?.some((word) => word.includes('/second/')));
    expect(byOther.length).toBeGreaterThan(0);
    expect(byOther.filter(({ at }) => at < killedAt)).toEqual([]);
  });

  test('A13: a session of three of which one is dead', async () => {
    const { id: session } = await api.client.sessions.create({ description: 'all', hold_off: 5, schedule: { schedule_interval: '3 seconds' } } as Parameters<
      typeof api.client.sessions.create
    >[0]);
    const members = ['node1', 'node2', 'node3'];
    for (const member of members) await api.client.clients.create({ client_id: member, hostname: member });
    const ids: string[] = [];
    for (const member of members) {
      const { id } = await api.client.jobs.create({
        client_id: member,
        description: member,
        job_actions: [action(member)],
        job_schedule: { status: 'stop' },
      } as Parameters<typeof api.client.jobs.create>[0]);
      await api.client.sessions.addJob(session, id);
      ids.push(id);
    }
    for (const member of ['node1', 'node2']) await bench.started(['-c', member, '-i', '1']);
    for (const id of ids) await api.client.jobs.start(id);
    await waitFor('both have run', () => ['node1', 'node2'].every((name) => bench.facts(name, 'end').length > 0), 60);
    const state = await waitFor('the session knows both', async () => {
      const found = await api.client.sessions.get(session);
      return found && found.session_tag > 0 && ids.slice(0, 2).every((id) => found.jobs[id]?.result === 'success') && found;
    });
    expect(state.result).not.toBe('success');
    expect((await api.client.jobs.get(ids[0] ?? ''))?.session_tag).toBeGreaterThan(0);
  });

  test('A20: no secret of the account or of a job stands in the log, on a command line or in a file that others may read', async () => {
    const id = await create('quiet', { keys: { seconds: 2, ssh_password: 'S3CRET-JOB' } });
    const daemon = await bench.started([...words, '--debug'], { OS_PASSWORD: 'S3CRET-OS' });
    await begins('quiet');
    const lines = (await import('node:fs')).readdirSync('/proc').flatMap((pid) => {
      try {
        return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1')] : [];
      } catch {
        return [];
      }
    });
    expect(lines.filter((line) => line.includes('S3CRET'))).toEqual([]);
    expect(bench.facts('quiet', 'start')[0]?.mode).toBe('600');
    await becomes(id, 'completed');
    expect(daemon.log()).not.toContain('S3CRET');
  });
});
