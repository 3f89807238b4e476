import { FakeClock } from '@freezer/testing';
import { describe, expect, it } from '@jest/globals';
import { ApiBench } from '../../test-support/api-bench.ts';
import { type AlertFacts, alertsOf } from './alerts-of.ts';
import { createWatch } from './create-watch.ts';
import { periodOf } from './period.ts';

type Doc = Record<string, unknown>;
const DAY = 86_400;
const LIMITS = { overdueAfter: 3600, stuckAfter: DAY, silentAfter: 3600, oldAfter: DAY };
const job = (schedule: Doc, more: Doc = {}): Doc => ({
  job_id: 'j',
  project_id: 'p',
  client_id: 'c',
  description: 'daily',
  job_schedule: schedule,
  job_actions: [{ freezer_action: { action: 'backup', container: 'cont', backup_name: 'etc', hostname: 'h' } }],
  ...more,
});
const facts = (schedule: Doc, more: Partial<AlertFacts> = {}): AlertFacts => ({
  jobs: [job(schedule)],
  heard: new Map(),
  lastGood: new Map(),
  now: 100 * DAY,
  limits: LIMITS,
  ...more,
});
const kinds = (given: AlertFacts): string[] => alertsOf(given).map(({ kind }) => kind);

describe('alertsOf', () => {
  const good = {
    schedule_interval: '1 days',
    status: 'scheduled',
    result: 'success',
    time_created: 50 * DAY,
    time_started: 99.5 * DAY,
    time_ended: 99.6 * DAY,
  };
  it.each<[string, Doc, string[]]>([
    ['a job that runs as it should', good, []],
    ['a job whose run is late', { ...good, time_started: 98.5 * DAY, time_ended: 98.6 * DAY }, ['overdue_job']],
    ['a job that has not run for long', { ...good, time_started: 90 * DAY, time_ended: 90 * DAY }, ['overdue_job', 'old_backup']],
    ['a job whose planned run is late', { ...good, next_run_at: 99.9 * DAY }, ['overdue_job']],
    ['a job that was stopped', { ...good, status: 'stop', time_started: 90 * DAY, time_ended: 90 * DAY }, []],
    ['a job that is to be stopped', { ...good, event: 'stop', time_started: 90 * DAY, time_ended: 90 * DAY }, []],
    ['a job that has ended', { ...good, status: 'completed', time_started: 90 * DAY, time_ended: 90 * DAY }, []],
    ['a job that failed', { ...good, result: 'fail' }, ['failed_job', 'old_backup']],
    ['a job that was partial', { ...good, result: 'partial' }, ['failed_job', 'old_backup']],
    ['a job that runs for ever', { ...good, status: 'running', time_started: 98 * DAY }, ['stuck_job']],
    ['a job that nobody took', { status: '', time_created: 99 * DAY, time_started: -1 }, ['overdue_job']],
    ['a job for a date to come', { status: 'scheduled', time_created: 9 * DAY, schedule_date: '1970-06-01T00:00:00' }, []],
    ['a job for a date that has passed', { status: 'scheduled', time_created: 9 * DAY, schedule_date: '1970-04-01T00:00:00Z' }, ['overdue_job']],
    ['a new job that is not due', { schedule_interval: '7 days', status: 'scheduled', time_created: 99 * DAY }, []],
    ['a job whose schedule has ended', { ...good, time_started: 98.5 * DAY, time_ended: 98.6 * DAY, schedule_end_date: '1970-04-09T00:00:00Z' }, []],
  ])('%s', (_name, schedule, expected) => {
    expect(kinds(facts(schedule))).toEqual(expected);
  });

  it('a good run in the past counts, also when the last one failed', () => {
    const failed = { ...good, result: 'fail' };
    expect(kinds(facts(failed, { lastGood: new Map([['p/j', 99 * DAY]]) }))).toEqual(['failed_job']);
    expect(alertsOf(facts(failed, { lastGood: new Map([['p/j', 90 * DAY]]) }))[1]).toMatchObject({
      kind: 'old_backup',
      backup_set: 'cont/h_etc',
      since: 90 * DAY,
      age: 10 * DAY,
    });
  });

  it('a good run of a job of the same id in another project does not count', () => {
    const failed = { ...good, result: 'fail' };
    expect(kinds(facts(failed, { lastGood: new Map([['other/j', 99 * DAY]]) }))).toEqual(['failed_job', 'old_backup']);
  });

  it('a client with active jobs that is silent, and no other', () => {
    expect(kinds(facts(good, { heard: new Map([['p/c', 100 * DAY - 7200]]) }))).toEqual(['silent_client']);
    expect(kinds(facts(good, { heard: new Map([['p/c', 100 * DAY - 60]]) }))).toEqual([]);
    expect(kinds(facts({ ...good, status: 'stop' }, { heard: new Map([['p/c', 0]]) }))).toEqual([]);
    expect(kinds(facts(good, { heard: new Map([['q/c', 0]]) }))).toEqual([]);
  });
});

describe('periodOf', () => {
  it.each<[Doc, number | undefined]>([
    [{ schedule_interval: '5 minutes' }, 300],
    [{ schedule_interval: '2  weeks' }, 14 * DAY],
    [{ schedule_interval: 'continuous' }, undefined],
    [{ schedule_hour: '3', schedule_minute: '25' }, DAY],
    [{ schedule_day_of_week: 'mon', schedule_hour: '3' }, 7 * DAY],
    [{ schedule_day: '1' }, 31 * DAY],
    [{ schedule_minute: '*/5' }, undefined],
    [{ schedule_cron: '25 3 * * *' }, DAY],
    [{ schedule_cron: '0 0 1 * *' }, 31 * DAY],
    [{}, undefined],
  ])('%j', (schedule, expected) => {
    expect(periodOf(schedule)).toBe(expected);
  });
});

describe('the listing and the watch', () => {
  const P = '/v2/project-alpha';
  const filled = async (): Promise<ApiBench> => {
    const bench = await ApiBench.open();
    const post = async (path: string, body: unknown) => bench.call('POST', P + path, { as: 'alpha', body });
    await post('/clients', { client_id: 'w' });
    for (const id of ['j1', 'j2'])
      await post('/jobs', {
        job_id: id,
        client_id: 'w',
        job_actions: [{ freezer_action: { action: 'backup', container: 'c', backup_name: id } }],
        job_schedule: { schedule_interval: '1 hours' },
      });
    return bench;
  };

  it('names what is late, filtered and paged, to its own project', async () => {
    await using bench = await filled();
    const alerts = async (query = '', as = 'alpha', project = 'project-alpha') => bench.call('GET', `/v2/${project}/alerts${query}`, { as });
    expect((await alerts()).body).toEqual({ alerts: [] });
    await bench.call('GET', `${P}/jobs`, { as: 'alpha', body: { match: [{ client_id: 'w' }], match_not: [{ status: 'completed' }] } });
    bench.now += 3 * 3600 * 1000;
    const { headers, body } = await alerts('?kind=overdue_job&limit=1&sort=job_id:desc');
    expect(body).toMatchObject({
      alerts: [{ alert_id: 'overdue_job-j2', kind: 'overdue_job', severity: 'critical', client_id: 'w', message: 'Job j2 should have run' }],
    });
    expect(headers).toMatchObject({ 'x-total-count': '2', 'x-next-marker': 'overdue_job-j2' });
    expect((await alerts('?kind=overdue_job&limit=1&sort=job_id:desc&marker=overdue_job-j2')).body).toMatchObject({ alerts: [{ job_id: 'j1' }] });
    expect((await alerts('?kind=silent_client')).body).toMatchObject({ alerts: [{ client_id: 'w' }] });
    expect((await alerts('', 'beta', 'project-beta')).body).toEqual({ alerts: [] });
    const etag = String((await alerts()).headers.etag);
    expect((await bench.call('GET', `${P}/alerts`, { as: 'alpha', headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('one watch of several looks, another one takes over when it is gone', async () => {
    await using bench = await filled();
    bench.now += 3 * 3600 * 1000;
    const clock = new FakeClock();
    const make = () => createWatch({ store: bench.store, clock, now: () => bench.now });
    const [one, two] = [make(), make()];
    expect(await one.look()).toMatchObject({
      alerts: [{ kind: 'overdue_job' }, { kind: 'overdue_job' }],
      sets: [{ backupSet: 'c/w_j1', lastGood: undefined }, { jobId: 'j2' }],
      removedRuns: 0,
    });
    expect(await two.look()).toBeUndefined();
    expect(await one.look()).toBeDefined();
    bench.now += 181_000;
    expect(await two.look()).toBeDefined();
    expect(await one.look()).toBeUndefined();
  });

  it('a watch that is stopped gives its lease back, and a failure does not end it', async () => {
    await using bench = await filled();
    const clock = new FakeClock();
    const looks: number[] = [];
    const watch = createWatch({ store: bench.store, clock, now: () => bench.now, onReport: ({ alerts }) => looks.push(alerts.length) });
    await bench.store.drop();
    const stop = new AbortController();
    const done = watch.run(stop.signal);
    const slept = async (): Promise<void> => {
      while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    };
    await slept();
    expect(looks).toEqual([]);
    await bench.store.migrate();
    await clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
    await slept();
    expect(looks).toEqual([0]);
    stop.abort();
    await done;
    expect(await createWatch({ store: bench.store, clock, now: () => bench.now }).look()).toBeDefined();
  });
});
