import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ApiBench } from '../test-support/api-bench.ts';
import { comparable, readRecording, replay } from '../test-support/replay.ts';
import { createPolicy } from './index.ts';

/** Why an answer differs from the recorded one, and which: `<number> <case>: <our status>`, by recording. */
type Deviation = { readonly reason: string } & Readonly<Record<string, readonly string[] | string>>;

const DEVIATIONS = JSON.parse(readFileSync(new URL('../fixtures/deviations.json', import.meta.url), 'utf8')) as Deviation[];

/** Of paths that have a PATCH here, so that `Allow` names it. */
const MORE_METHODS = ['put-item', 'client-post-item'];

const decidedFor = (recording: string): string[] => DEVIATIONS.flatMap((each) => (Array.isArray(each[recording]) ? each[recording] : []));

describe('recorded requests, made again', () => {
  // The recording of 2026 is a part of the same requests: they are all made, because later ones stand on earlier ones.
  it.each([
    ['head-v2', 'deb13-v2', 'secure'],
    ['deb13-v2', 'deb13-v2', 'secure'],
    ['deb13-v1', 'deb13-v1', 'legacy'],
  ] as const)('%s: only what was decided differs', async (recording, requests, preset) => {
    await using bench = await ApiBench.open({ policy: createPolicy({ preset }) });
    const answers = new Map(readRecording(recording).map((each) => [each.seq, each]));
    const differing: string[] = [];
    for (const { recorded, reply } of await replay(bench, readRecording(requests))) {
      expect(reply.status).toBeLessThan(500);
      const then = answers.get(recorded.seq);
      if (!then) continue;
      const isSame = reply.status === then.status && JSON.stringify(comparable(reply.body ?? null)) === JSON.stringify(comparable(then.response_body ?? null));
      if (!isSame) differing.push(`${recorded.seq} ${recorded.case}: ${reply.status}`);
      else
        for (const header of ['allow', 'www-authenticate'] as const)
          if (!MORE_METHODS.includes(recorded.case)) expect([recorded.case, reply.headers[header]]).toEqual([recorded.case, then.response_headers?.[header]]);
    }
    const bySeq = (one: string, two: string): number => Number.parseInt(one, 10) - Number.parseInt(two, 10);
    expect(differing.toSorted(bySeq)).toEqual(decidedFor(recording).toSorted(bySeq));
  });
});

interface SchedulerCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly response: unknown;
}

describe("Python's scheduler 13.0.0", () => {
  it('runs a job to its end, and its run is recorded', async () => {
    await using bench = await ApiBench.open();
    const text = readFileSync(new URL('../fixtures/recorded/scheduler-13.0.0.jsonl', import.meta.url), 'utf8');
    const calls = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line.replaceAll('1f10913c1c82440f8a70dac22ea4a4f8', 'project-alpha')) as SchedulerCall);
    const jobId = '24c67d21c5414e1c87d09aac155bd9a6';
    let isCreated = false;
    for (const { method, path, body, status } of calls) {
      if (method === 'PATCH' && !isCreated) {
        isCreated = true;
        const action = { action: 'backup', mode: 'fs', path_to_backup: '/etc/hostname', backup_name: 'sched', container: '/tmp/store', storage: 'local' };
        const job = { job_id: jobId, client_id: 'sched1.example.org', job_actions: [{ freezer_action: action, max_retries: 1 }], job_schedule: {} };
        expect((await bench.call('POST', '/v2/project-alpha/jobs/', { as: 'alpha', body: job })).status).toBe(201);
      }
      const { status: ours } = await bench.call(method, path, { as: 'alpha', body });
      expect([method, path, ours]).toEqual([method, path, status]);
    }
    const job = (await bench.call('GET', `/v2/project-alpha/jobs/${jobId}`, { as: 'alpha' })).body;
    expect(job).toMatchObject({ job_schedule: { status: 'completed', result: 'success', event: '' } });
    const { body } = await bench.call('GET', '/v2/project-alpha/runs', { as: 'alpha' });
    expect(body).toMatchObject({ runs: [{ job_id: jobId, result: 'success', action: 'backup', client_id: 'sched1.example.org' }] });
    expect((body as { runs: { backup_ids?: string[] }[] }).runs[0]?.backup_ids).toHaveLength(1);
  });
});
