import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { combined, type SessionState, sessionStep } from './session-rules.ts';

const member = (status = '', result = ''): Record<string, unknown> => ({ client_id: 'c', status, result, time_started: -1, time_ended: -1 });
const session = (more: Partial<SessionState> = {}): SessionState => ({
  session_tag: 3,
  time_start: 1000,
  hold_off: 30,
  status: 'completed',
  jobs: { a: member('completed', 'success'), b: member('completed', 'fail') },
  ...more,
});

describe('start', () => {
  it.each([
    ['a tag above the session is refused, whenever', 4, 1000, { refused: 'tag_too_high' }],
    ['within hold-off a lower tag joins', 2, 1030, { answer: 'success', tag: 3 }],
    ['within hold-off the same tag is held off', 3, 1030, { answer: 'hold-off', tag: 3, changes: undefined }],
    ['after it the same tag begins a round', 3, 1031, { answer: 'success', tag: 4 }],
    ['after it a lower tag is out of sync', 2, 1031, { answer: 'out-of-sync', tag: 3, changes: undefined }],
  ])('%s', (_name, tag, now, expected) => {
    expect(sessionStep(session(), { kind: 'start', jobId: 'a', tag }, now)).toMatchObject(expected);
  });

  it('joining starts the member and nobody else', () => {
    const outcome = sessionStep(session(), { kind: 'start', jobId: 'a', tag: 2 }, 1010);
    expect(outcome).toMatchObject({
      changes: { jobs: { a: { status: 'running', result: '', time_started: 1010 }, b: { status: 'completed', result: 'fail' } } },
    });
  });

  it('a new round forgets the results of the last, of all members', () => {
    const outcome = sessionStep(session(), { kind: 'start', jobId: 'a', tag: 3 }, 2000);
    expect(outcome).toMatchObject({
      changes: {
        session_tag: 4,
        time_start: 2000,
        status: 'running',
        result: '',
        jobs: { a: { status: 'running', time_started: 2000 }, b: { status: '', result: '' } },
      },
    });
  });

  it('who is no member is refused only where something would change', () => {
    expect(sessionStep(session(), { kind: 'start', jobId: 'x', tag: 3 }, 2000)).toEqual({ refused: 'no_member' });
    expect(sessionStep(session(), { kind: 'start', jobId: 'x', tag: 2 }, 1001)).toEqual({ refused: 'no_member' });
    expect(sessionStep(session(), { kind: 'start', jobId: 'x', tag: 3 }, 1001)).toMatchObject({ answer: 'hold-off' });
    expect(sessionStep(session(), { kind: 'start', jobId: 'constructor', tag: 3 }, 2000)).toEqual({ refused: 'no_member' });
  });
});

describe('end', () => {
  const running = session({ status: 'running', jobs: { a: member('running'), b: member('running'), c: member('running') } });

  it('completes the session when all have ended', () => {
    const one = sessionStep(running, { kind: 'end', jobId: 'b', result: 'success' }, 1100);
    expect(one).toMatchObject({ answer: 'success', tag: 3, changes: { jobs: { b: { status: 'completed', result: 'success', time_ended: 1100 } } } });
    expect(one).not.toHaveProperty('changes.status');
    const rest = session({ status: 'running', jobs: { a: member('running'), b: member('completed', 'success'), c: member('completed', 'success') } });
    expect(sessionStep(rest, { kind: 'end', jobId: 'a', result: 'success' }, 1200)).toMatchObject({
      changes: { status: 'completed', result: 'success', time_end: 1200 },
    });
  });

  it('a fail before an open member ends it early, one after it waits', () => {
    expect(sessionStep(running, { kind: 'end', jobId: 'a', result: 'fail' }, 1100)).toMatchObject({ changes: { status: 'completed', result: 'fail' } });
    expect(sessionStep(running, { kind: 'end', jobId: 'c', result: 'fail' }, 1100)).not.toHaveProperty('changes.status');
  });

  it('after completion only the member changes', () => {
    const outcome = sessionStep(session(), { kind: 'end', jobId: 'a', result: 'fail' }, 1100);
    expect(outcome).toEqual({
      answer: 'success',
      tag: 3,
      changes: { jobs: { a: { ...member('completed', 'fail'), time_ended: 1100 }, b: member('completed', 'fail') } },
    });
  });

  it('members whose jobs are gone are not waited for', () => {
    const two = session({ status: 'running', jobs: { a: member('running'), b: member('running') } });
    expect(sessionStep(two, { kind: 'end', jobId: 'a', result: 'success' }, 1100, new Set(['b']))).toMatchObject({
      changes: { status: 'completed', result: 'success' },
    });
  });
});

describe('combined', () => {
  it.each([
    [['success', 'success'], 'success'],
    [['success', 'partial'], 'partial'],
    [['partial', 'fail'], 'fail'],
    [['aborted', 'success'], 'fail'],
    [['success', undefined], 'running'],
    [['fail', undefined], 'fail'],
    [[undefined, 'fail'], 'running'],
  ] as const)('%j is %s', (results, expected) => {
    const jobs = Object.fromEntries(results.map((result, index) => [`j${index}`, result === undefined ? member('running') : member('completed', result)]));
    expect(combined(jobs)).toBe(expected);
  });
});

describe('any course of events', () => {
  it('the tag never falls, rises by one at most, and success needs every member of the round', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('start' as const), jobId: fc.constantFrom('a', 'b', 'c'), tag: fc.integer({ min: 0, max: 4 }) }),
      fc.record({ kind: fc.constant('end' as const), jobId: fc.constantFrom('a', 'b', 'c'), result: fc.constantFrom('success', 'partial', 'fail', 'aborted') }),
    );
    const history = fc.array(fc.tuple(event, fc.integer({ min: 0, max: 40 })), { maxLength: 30 });
    fc.assert(
      fc.property(history, (events) => {
        let state = session({ session_tag: 0, time_start: -1, status: 'active', jobs: { a: member(), b: member(), c: member() } });
        let now = 1000;
        for (const [each, delay] of events) {
          now += delay;
          const outcome = sessionStep(state, each, now);
          if ('refused' in outcome || !outcome.changes) continue;
          const next = { ...state, ...outcome.changes } as SessionState & { result?: string };
          expect([0, 1]).toContain(next.session_tag - state.session_tag);
          expect(outcome.tag).toBe(next.session_tag);
          const hasJustEnded = next.status === 'completed' && state.status !== 'completed';
          if (hasJustEnded && next.result !== 'fail') expect(Object.values(next.jobs).every(({ status }) => status === 'completed')).toBe(true);
          if (hasJustEnded && next.result === 'success') expect(Object.values(next.jobs).every(({ result }) => result === 'success')).toBe(true);
          state = next;
        }
      }),
    );
  });
});
