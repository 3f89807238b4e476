import type { FreezerError } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FaultBench, failureOf } from '../test-support/fault-bench.ts';

let bench: FaultBench;
beforeEach(async () => {
  bench = await FaultBench.start();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('opening', () => {
  const openingFails = (more: Readonly<Record<string, unknown>>): Promise<FreezerError> => failureOf(() => bench.open(more));

  test('a wrong key is one line without it', async () => {
    const error = await openingFails({ os_password: 'hunter2' });
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toMatch(/^swift storage: login of 'test:tester' failed: user or key are not accepted \(status 401\) \(http:\S+\)$/);
  });

  test.each([
    [{ os_auth_url: 'http://127.0.0.1:1/auth/v1.0' }, 'unavailable', /connection refused/],
    [{ os_auth_url: 'http://no-such-host.invalid/auth/v1.0' }, 'unavailable', /the host name (is unknown|could not be looked up)/],
    [{ os_auth_url: 'ftp://x/auth/v1.0' }, 'invalid', /OS_AUTH_URL is no URL/],
    [{ os_username: '' }, 'invalid', /OS_AUTH_URL, OS_USERNAME or OS_PASSWORD is missing/],
    [{ osrc: '/absent' }, 'invalid', /read \/absent: there is no such file/],
    [{ os_cacert: '/absent' }, 'invalid', /os-cacert: \/absent cannot be read/],
  ])('%j', async (more, code, message) => {
    const error = await openingFails(more);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});
