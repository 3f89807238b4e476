import { expect, test } from '@jest/globals';
import { translated } from './failure.ts';

const DEED = { operation: 'put', key: 'a/k', place: 'me@host:21:/c/a/k' };
const reply = (code: number, text: string): Error => Object.assign(new Error(`${code} ${text}`), { code });

test.each([
  [reply(550, 'No such file or directory.'), 'not_found', false],
  [reply(550, 'Permission denied.'), 'permission_denied', false],
  [reply(550, 'Create directory operation failed.'), 'unavailable', false],
  [reply(553, 'Could not create file.'), 'permission_denied', false],
  [reply(452, 'Error writing file'), 'no_space', false],
  [reply(426, 'Failure writing to local file.'), 'no_space', false],
  [reply(426, 'write: No space left on device'), 'no_space', false],
  [reply(421, 'There are too many connected users.'), 'unavailable', true],
  [reply(530, 'Please login with USER and PASS.'), 'unauthenticated', false],
  [new Error('Timeout (control socket)'), 'timeout', true],
  [Object.assign(new Error('read ECONNRESET (data socket)'), { code: 'ECONNRESET' }), 'unavailable', true],
  [new TypeError('a mistake'), 'unexpected', false],
])('%s is %s, and may go better the next time: %s', (error, code, retryable) => {
  const failure = translated(error, DEED);
  expect(failure).toMatchObject({ code, retryable });
  expect(failure.message).toMatch(/^ftp storage: put of 'a\/k' failed: .* \(me@host:21:\/c\/a\/k\)$/);
});

test('what a server says stays on one line', () => {
  expect(translated(reply(550, 'two\nlines \u001B[31m'), DEED).message).toMatch(/^[^\p{Cc}]+$/u);
});
