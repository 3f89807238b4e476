import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { closed, combined, type SessionEvent, type SessionState, sessionStep } from './session-rules.ts';

const member = (status = '', result = ''): Record<string, unknown> => ({ client_id: 'c', status, result, time_started: -1, time_ended: -1 });
const session = (more: Partial<SessionState> = {}): SessionState => ({
  session_tag: 3,
  time_start: 1000,
  hold_off: 30,
  join_timeout: 30,
  planned_time: undefined,
  missing: undefined,
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

/** What members say one after the other; the answers, and the session after them. */
function play(first: SessionState, events: readonly (readonly [now: number, event: SessionEvent])[]) {
  let state = first;
  const answers = events.map(([now, event]) => {
    const outcome = sessionStep(state, event, now);
    if ('refused' in outcome) return outcome.refused;
    state = { ...state, ...(outcome.changes as Partial<SessionState>) };
    return `${outcome.answer} ${outcome.tag}`;
  });
  return { answers, state };
}

const three = (more: Partial<SessionState> = {}): SessionState =>
  session({ time_start: -1, session_tag: 7, status: 'active', jobs: { a: member(), b: member(), c: member() }, ...more });
const begins = (jobId: string, tag: number, planned?: number): SessionEvent => ({ kind: 'start', jobId, tag, ...(planned !== undefined && { planned }) });
const ends = (jobId: string, tag: number, result = 'success'): SessionEvent => ({ kind: 'end', jobId, tag, result });

describe('A14: a member finds its round by the time that was planned', () => {
  const NOON = 43_200;

  it('three minutes late, as far as anybody waits for it', () => {
    const { answers, state } = play(three(), [
      [NOON, begins('a', 7, NOON)],
      [NOON, begins('b', 7, NOON)],
      [NOON + 180, begins('c', 7, NOON)],
    ]);
    expect(answers).toEqual(['success 8', 'success 8', 'success 8']);
    expect(state).toMatchObject({ session_tag: 8, planned_time: NOON, status: 'running', jobs: { c: { status: 'running' } } });
  });

  it('three minutes early by a wrong clock', () => {
    expect(
      play(three(), [
        [NOON - 180, begins('c', 7, NOON)],
        [NOON, begins('a', 7, NOON)],
        [NOON, begins('b', 7, NOON)],
      ]).answers,
    ).toEqual(['success 8', 'success 8', 'success 8']);
  });

  it('first in the next round although it missed the last one', () => {
    const { answers } = play(three(), [
      [NOON, begins('a', 7, NOON)],
      [NOON + 86_400, begins('c', 7, NOON + 86_400)],
      [NOON + 86_400, begins('a', 8, NOON + 86_400)],
    ]);
    expect(answers).toEqual(['success 8', 'success 9', 'success 9']);
  });

  it('of a round that is over it is none', () => {
    const { answers } = play(three(), [
      [NOON, begins('a', 7, NOON)],
      [NOON + 600, begins('a', 8, NOON + 600)],
      [NOON + 700, begins('c', 7, NOON)],
    ]);
    expect(answers).toEqual(['success 8', 'success 9', 'out-of-sync 9']);
  });

  it('again in the same round, which is counted', () => {
    const { answers, state } = play(three({ jobs: { a: member() } }), [
      [NOON, begins('a', 7, NOON)],
      [NOON + 90, ends('a', 8, 'fail')],
      [NOON + 100, begins('a', 8, NOON)],
      [NOON + 110, ends('a', 8)],
    ]);
    expect(answers).toEqual(['success 8', 'success 8', 'success 8', 'success 8']);
    expect(state).toMatchObject({ session_tag: 8, status: 'completed', result: 'success', jobs: { a: { attempt: 1 } } });
  });

  it('members that say no time, as those of Python, are told apart as before', () => {
    expect(
      play(three(), [
        [NOON, begins('a', 7, NOON)],
        [NOON + 5, begins('b', 7)],
        [NOON + 180, begins('c', 7)],
      ]).answers,
    ).toEqual(['success 8', 'success 8', 'out-of-sync 8']);
  });
});

describe('A13: members that do not come', () => {
  it('are missing when those that came have ended, and the round has failed', () => {
    const { state } = play(three(), [
      [1000, begins('a', 7)],
      [1001, begins('b', 7)],
      [1050, ends('a', 8)],
    ]);
    expect(state).toMatchObject({ status: 'running', result: '' });
    expect(closed(state, 1100)).toBeUndefined();
    const { state: after } = play(state, [[1060, ends('b', 8)]]);
    expect(after).toMatchObject({ status: 'completed', result: 'fail', missing: ['c'], time_end: 1060, jobs: { c: { status: 'missed' } } });
  });

  it('are missing later when those that came ended in time', () => {
    const { state } = play(three(), [
      [1000, begins('a', 7)],
      [1001, begins('b', 7)],
      [1010, ends('a', 8)],
      [1011, ends('b', 8)],
    ]);
    expect(state).toMatchObject({ status: 'running' });
    expect(closed(state, 1030)).toBeUndefined();
    expect(closed(state, 1031)).toMatchObject({ status: 'completed', result: 'fail', missing: ['c'] });
  });

  it('count for nothing in a later round until they begin in it, and open one that was closed without them', () => {
    const { answers, state } = play(three(), [
      [1000, begins('a', 7, 1000)],
      [1000, begins('b', 7, 1000)],
      [1000, begins('c', 7, 1000)],
      [1010, ends('a', 8)],
      [2000, begins('a', 8, 2000)],
      [2000, begins('b', 8, 2000)],
      // What c did in round 8 is told late.
      [2050, ends('c', 8)],
      [2060, ends('a', 9)],
      [2061, ends('b', 9)],
    ]);
    expect(answers.slice(4)).toEqual(['success 9', 'success 9', 'success 9', 'success 9', 'success 9']);
    expect(state).toMatchObject({ status: 'completed', result: 'fail', missing: ['c'], time_start: 2000 });
    const late = play(state, [[2100, begins('c', 8, 2000)]]).state;
    expect(late).toMatchObject({ status: 'running', result: '', missing: [], session_tag: 9 });
    expect(play(late, [[2110, ends('c', 9)]]).state).toMatchObject({ status: 'completed', result: 'success', missing: [] });
  });

  it('that die at work are missing, and what they tell later counts', () => {
    const { state } = play(three(), [
      [1000, begins('a', 7)],
      [1001, begins('b', 7)],
      [1002, begins('c', 7)],
      [1010, ends('a', 8)],
      [1011, ends('b', 8)],
    ]);
    expect(closed(state, 5000)).toBeUndefined();
    expect(closed(state, 1020, new Set(['c']))).toBeUndefined();
    const changes = closed(state, 5000, new Set(['c']));
    expect(changes).toMatchObject({ status: 'completed', result: 'fail', missing: ['c'], jobs: { c: { status: 'missed' } } });
    const { state: after } = play({ ...state, ...changes }, [[6000, ends('c', 8)]]);
    expect(after).toMatchObject({
      status: 'completed',
      result: 'success',
      missing: [],
      time_end: 6000,
      jobs: { c: { status: 'completed', result: 'success' } },
    });
  });
});
