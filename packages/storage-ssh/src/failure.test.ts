import { FreezerError, messageOf } from '@freezer/core';
import { expect, it } from '@jest/globals';
import { failure, guarded, LostConnection, translated } from './failure.ts';

const DEED = { operation: 'put', key: 'a\nb', place: 'u@h:22:/c/a' };
const answer = (code: number): Error => Object.assign(new Error('Failure'), { code });

it.each([
  [2, 'not_found'],
  [3, 'permission_denied'],
  [4, 'unavailable'],
  [5, 'invalid'],
  [7, 'unavailable'],
  [8, 'unsupported'],
  [99, 'unexpected'],
])('answer %d is %s, in one line', (status, code) => {
  const error = translated(answer(status), DEED);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(/^ssh storage: put of 'a\\x0ab' failed: [^\n]+ \(u@h:22:\/c\/a\)$/);
});

it('a connection that was lost may be tried again; what is a FreezerError already passes', () => {
  expect(translated(new LostConnection('the connection was lost: x'), DEED)).toMatchObject({ code: 'unavailable', retryable: true });
  const mine = failure('corrupt', DEED, 'x');
  expect(translated(mine, DEED)).toBe(mine);
});

it('an abort ends the waiting with its own reason', async () => {
  const stop = new AbortController();
  const waiting = guarded(DEED, () => new Promise(() => undefined), stop.signal);
  stop.abort(new RangeError('enough'));
  await expect(waiting).rejects.toBe(stop.signal.reason);
  await expect(guarded(DEED, () => Promise.reject(answer(2)))).rejects.toMatchObject({ code: 'not_found' });
  expect(FreezerError.is(await guarded(DEED, () => Promise.reject(answer(4))).catch((error: unknown) => error), 'unavailable')).toBe(true);
  expect(messageOf(stop.signal.reason)).toBe('enough');
});
