import { FreezerClient } from '@freezer/client-sdk';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Cloud } from '../../test-support/cloud.ts';
import { followJob } from './follow-job.ts';
import type { CommandContext } from './outcome.ts';

let cloud: Cloud;
let said: string[];
let context: CommandContext;

beforeEach(async () => {
  cloud = await Cloud.start();
  said = [];
  context = {
    client: new FreezerClient({ endpoint: cloud.url, project: 'p1', token: () => 'good-token', retries: 0 }),
    values: { options: {}, operands: {} },
    signal: new AbortController().signal,
    readInput: async () => new Uint8Array(),
    say: (text) => said.push(text),
    warn: (text) => said.push(`warning: ${text}`),
  };
});

afterEach(async () => {
  await context.client.close();
  await cloud[Symbol.asyncDispose]();
});

/** The job as it is seen, one look after the other. */
function looks(...schedules: (object | number)[]): void {
  let at = 0;
  cloud.fault = () => {
    const schedule = schedules[Math.min(at, schedules.length - 1)];
    at += 1;
    return typeof schedule === 'number' ? { status: schedule } : { status: 200, body: { job_id: 'j', job_schedule: schedule } };
  };
}

test.each([
  ['success', 0],
  ['partial', 3],
  ['fail', 1],
  ['aborted', 1],
  ['unheard-of', 1],
])('%s is exit code %d', async (result, code) => {
  looks({ event: 'start', status: '', result: '' }, { event: '', status: 'completed', result });
  expect(await followJob(context, 'j')).toBe(code);
});

test('each change is told once; a job that will run again has ended when it is scheduled with a result', async () => {
  const running = { event: '', status: 'running', result: '' };
  looks({ event: 'start', status: '', result: '' }, running, running, { event: '', status: 'scheduled', result: 'success', message: 'all of it' });
  expect(await followJob(context, 'j')).toBe(0);
  expect(said).toEqual(['Job j: waits for its scheduler', 'Job j: running', 'Job j: scheduled, success, all of it']);
});

test('a result that stands there while the job still runs is not the end', async () => {
  looks({ event: '', status: 'running', result: 'success' }, { event: '', status: 'completed', result: 'fail' });
  expect(await followJob(context, 'j')).toBe(1);
});

test('a job that was stopped before it ran has failed', async () => {
  looks({ event: '', status: 'stop', result: '' });
  expect(await followJob(context, 'j')).toBe(1);
});

test('a server that is away is waited for, and said once', async () => {
  looks(503, 503, { event: '', status: 'completed', result: 'success' });
  expect(await followJob(context, 'j')).toBe(0);
  expect(said.filter((text) => text.startsWith('warning: '))).toHaveLength(1);
});

test('a job that was deleted, and a token that is no longer good, end the waiting', async () => {
  looks(404);
  await expect(followJob(context, 'j')).rejects.toMatchObject({ code: 'not_found', message: 'job j was deleted meanwhile' });
  looks(403);
  await expect(followJob(context, 'j')).rejects.toMatchObject({ code: 'permission_denied' });
});

test('--wait-limit ends it with an error, an abort with its reason', async () => {
  looks({ event: 'start', status: '', result: '' });
  await expect(followJob({ ...context, values: { options: { 'wait-limit': '0.1' }, operands: {} } }, 'j')).rejects.toMatchObject({ code: 'timeout' });
  await expect(followJob({ ...context, values: { options: { 'wait-limit': 'soon' }, operands: {} } }, 'j')).rejects.toMatchObject({ code: 'invalid' });
  await expect(followJob({ ...context, signal: AbortSignal.abort(new TypeError('stop')) }, 'j')).rejects.toThrow('stop');
});
