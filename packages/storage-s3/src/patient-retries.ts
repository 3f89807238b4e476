import type { S3Client } from '@aws-sdk/client-s3';
import { FreezerError, type Logger, messageOf, type Outage, SYSTEM_CLOCK } from '@freezer/core';
import { statusOf } from './failure.ts';

/** Each request is made so often at most. */
export const ATTEMPTS = 12;
/** As long as the server was never reached: an address that is wrong is said soon. */
const ATTEMPTS_UNREACHED = 4;
/** Longest wait after the first failure, doubled after each further one. */
const FIRST_DELAY_MS = 500;
/** No wait is longer. */
const LONGEST_DELAY_MS = 8000;

/** With a clock that is wrong: so often is a request made again with the time of the server. */
const CLOCK_ATTEMPTS = 2;
/** Whatever the clock says, these may go better the next time. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Whether it is an answer that the same request would get again. On a host whose clock is minutes off the SDK takes every refusal, that of an object
 * which is not there, too, for one that the clock is to blame for.
 */
function isFinal(error: unknown, made: number): boolean {
  const [status, name] = [statusOf(error), typeof error === 'object' && error !== null && 'name' in error ? error.name : ''];
  const metadata = typeof error === 'object' && error !== null && '$metadata' in error ? error.$metadata : undefined;
  const blamesClock = typeof metadata === 'object' && metadata !== null && 'clockSkewCorrected' in metadata && metadata.clockSkewCorrected === true;
  if (!blamesClock || !(status >= 400) || PASSING.has(status) || name === 'RequestTimeout') return false;
  // A wrong time is refused with 403.
  return status !== 403 || made >= CLOCK_ATTEMPTS;
}

/** What the SDK asks before it makes a request again. */
type Retries = Awaited<ReturnType<S3Client['config']['retryStrategy']>>;

/** What all requests of a bucket share. */
export interface Patience {
  readonly logger: Logger;
  /** That of the server. */
  readonly outage: Outage;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/**
 * The retries of the SDK, with the waits of the other storages: the SDK alone gives up after a second, and a server that is set up anew
 * takes longer. One that stays away is given up by all calls together.
 */
export function patientRetries(retries: Retries, { logger, outage, signal }: Patience): Retries {
  if (!('refreshRetryTokenForRetry' in retries)) return retries;
  let isReached = false;
  const reached = (): void => {
    isReached = true;
    outage.end();
  };
  return {
    acquireInitialRetryToken: async (scope) => await retries.acquireInitialRetryToken(scope),
    async refreshRetryTokenForRetry(token, reason) {
      // That there is no such object, or that others ask too much, is an answer, too.
      if (reason.errorType === 'THROTTLING' || (statusOf(reason.error) >= 400 && statusOf(reason.error) < 500)) reached();
      if (reason.errorType !== 'THROTTLING' && isFinal(reason.error, token.getRetryCount())) throw new Error('it is an answer');
      const next = await retries.refreshRetryTokenForRetry(token, reason);
      // The SDK allows all requests together some retries; here the outage bounds them.
      retries.recordSuccess(next);
      const attempt = next.getRetryCount();
      if (reason.errorType !== 'THROTTLING') outage.note(new FreezerError('unavailable', messageOf(reason.error)));
      if (outage.isHopeless || (!isReached && attempt >= ATTEMPTS_UNREACHED)) throw new Error('the server is not there');
      if (isReached) {
        const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
        const delayMs = Math.round(longest / 2 + (longest / 2) * Math.random());
        logger.warn({ attempt, delayMs, error: messageOf(reason.error) }, 'trying again');
        await SYSTEM_CLOCK.sleep(delayMs, { signal });
      }
      return next;
    },
    recordSuccess(token) {
      reached();
      retries.recordSuccess(token);
    },
  };
}
