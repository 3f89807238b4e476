import { describe, expect, it } from '@jest/globals';
import { decideStart, pauseBefore, type SessionAnswer, type SessionDecision } from './session-rules.ts';

const answer = (result: string, sessionTag: number): SessionAnswer => ({ kind: 'answer', result, sessionTag });
const FAILED: SessionAnswer = { kind: 'failed', reason: 'connection refused' };

/** Asks until something else than `again` comes; `api` answers by the tag that it is asked with. */
function ask(
  tag: number,
  api: (tag: number, attempts: number) => SessionAnswer,
): { readonly decision: SessionDecision; readonly asked: readonly number[]; readonly waited: number } {
  const asked: number[] = [];
  let [current, elapsed] = [tag, 0];
  for (let attempts = 0; ; attempts += 1) {
    asked.push(current);
    const decision = decideStart(api(current, attempts), { tag: current, attempts, elapsed, timeout: 60_000 });
    if (decision.kind !== 'again') return { decision, asked, waited: elapsed };
    current = decision.tag;
    elapsed += decision.wait;
    expect(attempts).toBeLessThan(50);
  }
}

describe('a member begins its part', () => {
  it('takes the tag of the answer', () => {
    expect(ask(7, () => answer('success', 8))).toEqual({ decision: { kind: 'join', tag: 8 }, asked: [7], waited: 0 });
  });

  it('is part of its round again when it begins twice in it', () => {
    expect(ask(8, () => answer('hold-off', 8)).decision).toEqual({ kind: 'join', tag: 8 });
  });

  it('A14, B16: out of step, it runs alone without beginning a round of its own, and with the tag of the others is in step the next time', () => {
    const { decision, asked } = ask(7, () => answer('out-of-sync', 9));
    expect(decision).toEqual({ kind: 'run-alone', tag: 9, reason: 'the round of the others began too long ago' });
    expect(asked).toEqual([7]);
    // The next day it comes first: the session goes from 9 to 10.
    expect(ask(decision.tag, (tag) => (tag === 9 ? answer('success', 10) : answer('out-of-sync', 9))).decision).toEqual({ kind: 'join', tag: 10 });
  });

  it('B34: an API that is away is asked with pauses for a minute, then the job runs alone', () => {
    const { decision, asked, waited } = ask(7, () => FAILED);
    expect(decision).toMatchObject({ kind: 'run-alone', tag: 7, reason: 'the session did not begin: connection refused' });
    expect(waited).toBeGreaterThan(45_000);
    expect(waited).toBeLessThanOrEqual(60_000);
    expect(asked.length).toBeLessThan(15);
  });

  it('joins when the API comes back in time', () => {
    expect(ask(7, (_, attempts) => (attempts < 4 ? FAILED : answer('success', 8))).decision).toEqual({ kind: 'join', tag: 8 });
  });

  it('with a tag that is too high it begins from zero, once', () => {
    const { decision, asked } = ask(12, (tag) => (tag > 3 ? { kind: 'refused', reason: 'requested tag value too high' } : answer('success', 4)));
    expect(decision).toEqual({ kind: 'join', tag: 4 });
    expect(asked).toEqual([12, 0]);
    expect(ask(12, () => ({ kind: 'refused', reason: 'no member' })).decision).toMatchObject({ kind: 'run-alone' });
  });

  it('without a session it runs alone at once', () => {
    expect(ask(7, () => ({ kind: 'absent' }))).toMatchObject({ decision: { kind: 'run-alone' }, asked: [7] });
  });

  it('pauses double up to ten seconds', () => {
    expect([0, 1, 2, 3, 9, 99].map(pauseBefore)).toEqual([500, 1000, 2000, 4000, 10_000, 10_000]);
  });
});
