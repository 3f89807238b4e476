import { describe, expect, it } from '@jest/globals';
import { ApiBench } from '../../test-support/api-bench.ts';
import { apiContext } from '../api-context.ts';
import { createPolicy } from '../policy/policy.ts';
import { removeAged } from './record-run.ts';
import { runOfWrite, tailOf } from './run-item.ts';

type Doc = Record<string, unknown>;
const P = '/v2/project-alpha';

async function withJob(more: Parameters<typeof ApiBench.open>[0] = {}): Promise<ApiBench> {
  const bench = await ApiBench.open(more);
  await bench.call('POST', `${P}/clients`, { as: 'alpha', body: { client_id: 'w' } });
  await bench.call('POST', `${P}/jobs`, { as: 'alpha', body: { job_id: 'j', client_id: 'w', job_actions: [{ freezer_action: { action: 'backup' } }] } });
  return bench;
}

const runsOf = async (bench: ApiBench): Promise<Doc[]> => ((await bench.call('GET', `${P}/runs?limit=500`, { as: 'alpha' })).body as { runs: Doc[] }).runs;
const write = async (bench: ApiBench, schedule: Doc) => bench.call('PATCH', `${P}/jobs/j`, { as: 'alpha', body: { job_schedule: schedule } });

describe('runs', () => {
  it('each result that is written makes one, however often the job is sent', async () => {
    await using bench = await withJob();
    await write(bench, { status: 'running', result: '', time_started: 100, time_ended: -1 });
    expect(await runsOf(bench)).toEqual([]);
    await bench.call('POST', `${P}/backups`, {
      as: 'alpha',
      body: { container: 'c', hostname: 'h', backup_name: 'n', job_id: 'j', time_stamp: 105, bytes_compressed: 7 },
    });
    for (let round = 0; round < 3; round += 1) await write(bench, { status: 'completed', result: 'success', time_started: 100, time_ended: 110 });
    await write(bench, { status: 'scheduled' });
    await write(bench, { status: 'running', result: '', time_started: 200, time_ended: -1 });
    await write(bench, { status: 'completed', result: 'fail', time_ended: 210, message: 'no space' });
    expect(await runsOf(bench)).toMatchObject([
      { job_id: 'j', client_id: 'w', action: 'backup', result: 'success', time_started: 100, time_ended: 110, bytes_compressed: 7, reasons: [] },
      { result: 'fail', time_started: 200, time_ended: 210, reasons: ['no space'] },
    ]);
    expect((await bench.call('GET', `${P}/runs`, { as: 'beta' })).status).toBe(403);
    expect((await bench.call('GET', '/v2/project-beta/runs', { as: 'beta' })).body).toEqual({ runs: [] });
    expect((await bench.call('GET', '/v1/runs', { as: 'alpha' })).status).toBe(404);
  });

  it('a scheduler tells more of the same run, before or after the result', async () => {
    await using bench = await withJob();
    const told = {
      job_id: 'j',
      time_started: 100,
      time_ended: 110,
      result: 'partial',
      reasons: ['file changed'],
      log: `${'x'.repeat(70_000)}end`,
      progress: { bytes: 5 },
    };
    await write(bench, { status: 'completed', result: 'partial', time_started: 100, time_ended: 110 });
    const post = async () => bench.call('POST', `${P}/runs`, { as: 'alpha', body: told });
    const { run_id: id } = (await post()).body as Doc;
    expect((await post()).body).toEqual({ run_id: id });
    const [run, ...others] = await runsOf(bench);
    expect(others).toEqual([]);
    expect(run).toMatchObject({ run_id: id, reasons: ['file changed'], progress: { bytes: 5 }, user_id: 'user-alpha', client_id: 'w' });
    expect(run).not.toHaveProperty('_by_server');
    expect(String(run?.['log'])).toHaveLength(65_536);
    expect(String(run?.['log']).endsWith('xend')).toBe(true);
    expect((await bench.call('POST', `${P}/runs`, { as: 'alpha', body: { ...told, result: 'success' } })).status).toBe(201);
    expect(await runsOf(bench)).toMatchObject([{ result: 'partial' }]);
    expect((await bench.call('POST', `${P}/runs`, { as: 'alpha', body: { ...told, job_id: 'other' } })).status).toBe(404);
    for (const bad of [
      { ...told, result: '' },
      { ...told, time_started: 'now' },
    ])
      expect((await bench.call('POST', `${P}/runs`, { as: 'alpha', body: bad })).status).toBe(400);
    for (const method of ['PATCH', 'DELETE', 'PUT']) expect((await bench.call(method, `${P}/runs/${String(id)}`, { as: 'alpha', body: {} })).status).toBe(405);
  });

  it('are kept by count and by age', async () => {
    await using bench = await withJob({ runs: { keepCount: 3, keepDays: 1 } });
    for (let run = 1; run <= 5; run += 1) await write(bench, { status: 'completed', result: 'success', time_started: run * 100, time_ended: run * 100 + 1 });
    expect((await runsOf(bench)).map((run) => run['time_started'])).toEqual([300, 400, 500]);
    const api = apiContext({
      store: bench.store,
      policy: createPolicy(),
      authenticate: () => undefined,
      runs: { keepDays: 1 },
      now: () => (450 + 86_400) * 1000,
    });
    expect(await removeAged(api)).toBe(2);
    expect((await runsOf(bench)).map((run) => run['time_started'])).toEqual([500]);
  });
});

describe('runOfWrite', () => {
  const job = (schedule: Doc): Doc => ({
    job_id: 'j',
    project_id: 'p',
    user_id: 'u',
    client_id: 'c',
    session_id: 's',
    session_tag: 4,
    job_actions: [],
    job_schedule: schedule,
  });
  it('tells session and tag', () => {
    expect(runOfWrite(job({}), job({ result: 'aborted', time_started: 1, time_ended: 2 }))).toMatchObject({
      session_id: 's',
      session_tag: 4,
      result: 'aborted',
    });
  });
  it.each([[{ result: '' }], [{ result: 'success', status: 'running' }], [{ result: 'unknown' }], [{}]])('%j is none', (schedule) => {
    expect(runOfWrite(job({}), job(schedule))).toBeUndefined();
  });
});

describe('tailOf', () => {
  it('begins with a whole character', () => {
    expect(tailOf('abc', 3)).toBe('abc');
    expect(tailOf('äöü', 3)).toBe('ü');
    expect(tailOf('x😀y', 4)).toBe('y');
    expect(tailOf('x😀y', 5)).toBe('😀y');
  });
});
