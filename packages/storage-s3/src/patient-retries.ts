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
