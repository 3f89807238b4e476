import { ApiError, type ApiResponse, FreezerClient, type Transport } from '@freezer/client-sdk';
import { SILENT } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { readJob } from '../documents/read-job.ts';
import { SessionCalls, type SessionTerms } from './session-calls.ts';

type Answer = { readonly result: string; readonly session_tag: number; readonly time?: number };

const ROUND = Date.parse('2026-03-01T02:00:00Z');

/** A desk whose API answers as told, or is away; what it was asked, and what was warned of. */
function desk(answer: Answer | 'away' | ApiResponse, terms: Partial<SessionTerms> = {}) {
  const asked: unknown[] = [];
  const warned: string[] = [];
  const transport: Transport = {
    sendsGetBodies: true,
    close: async () => undefined,
    send: async ({ body }) => {
      asked.push(JSON.parse(String(body)));
      if (answer === 'away') throw new ApiError('unavailable', 'connection refused');
      if ('status' in answer) return answer;
      return { status: 202, text: JSON.stringify(answer), header: () => undefined };
    },
  };
  const client = new FreezerClient({ endpoint: 'http://127.0.0.1:1', project: 'p', token: () => 't', transport, retries: 0 });
  const calls = new SessionCalls({
    access: () => ({ client, behalfOf: () => client, projectId: async () => 'p', isTrial: false, close: async () => undefined }),
    outbox: { add: async () => undefined },
    logger: { ...SILENT, warn: (_facts, text) => void warned.push(text ?? '') },
    terms: () => ({ startTimeout: 0, onFailure: 'run-alone', ...terms }),
  });
  const join = (schedule: object) => {
    const job = { job_id: 'j', session_id: 's', job_actions: [{ freezer_action: { path_to_backup: '/srv', backup_name: 'n' } }], job_schedule: schedule };
    const reading = readJob(job, { plan: { zone: 'UTC', jitter: 0, misfireGrace: 60 } });
    if (typeof reading === 'string') throw new TypeError(reading);
    return calls.join(reading, { tag: 7, roundAt: ROUND, signal: new AbortController().signal });
  };
  return { join, asked, warned };
}

const DAILY = { schedule_hour: '2' };
const now = (): number => Math.floor(Date.now() / 1000);

describe('A14: a member begins', () => {
  test('it says when it was to begin by the schedule that all members share', async () => {
    const { join, asked, warned } = desk({ result: 'success', session_tag: 8, time: now() });
    expect(await join(DAILY)).toEqual({ state: 'joined', tag: 8, reason: '' });
    expect(asked).toEqual([{ start: { job_id: 'j', current_tag: 7, planned_time: ROUND / 1000 } }]);
    expect(warned).toEqual([]);
  });

  test('without a schedule the time is its own alone, and is not said', async () => {
    const { join, asked } = desk({ result: 'success', session_tag: 8 });
    await join({});
    expect(asked).toEqual([{ start: { job_id: 'j', current_tag: 7 } }]);
  });

  test.each([
    [180, 'behind'],
    [-180, 'ahead of'],
  ])('a clock that differs by %d s is told', async (seconds, word) => {
    const { join, warned } = desk({ result: 'success', session_tag: 8, time: now() + seconds });
    await join(DAILY);
    expect(warned).toEqual([expect.stringContaining(word)]);
  });
});

describe('a round that cannot be joined', () => {
  test('the run goes alone and says why', async () => {
    expect(await desk('away').join(DAILY)).toEqual({ state: 'alone', tag: 7, reason: expect.stringContaining('connection refused') });
  });

  test.each([
    [404, '404 page not found'],
    [404, '{"detail":"Not Found"}'],
    [405, '<html><title>405 Not Allowed</title></html>'],
  ])('is asked for again after a %i of a proxy that stands in for the API: %s', async (status, text) => {
    const { join, asked } = desk({ status, text, header: () => undefined }, { startTimeout: 1 });
    expect(await join(DAILY)).toMatchObject({ state: 'alone', reason: expect.stringContaining('the session did not begin') });
    expect(asked).toHaveLength(2);
  });

  test('is none when the API says that the session is gone', async () => {
    const { join, asked } = desk({ status: 404, text: '{"title": "Not Found"}', header: () => undefined }, { startTimeout: 1 });
    expect(await join(DAILY)).toMatchObject({ state: 'alone', reason: 'the session does not exist any more' });
    expect(asked).toHaveLength(1);
  });

  test('or does not begin, where the host wants it so', async () => {
    expect(await desk('away', { onFailure: 'skip' }).join(DAILY)).toMatchObject({ state: 'skip', reason: expect.stringContaining('connection refused') });
  });
});
