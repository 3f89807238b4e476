import { setTimeout as sleep } from 'node:timers/promises';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import type { ServeContext } from '../run/serve-context.ts';
import type { ApiSettings } from '../settings/api-table.ts';
import { openStore } from './open-store.ts';

/**
 * Makes tables or indices, or brings them to this version, before anything is served. A database that is not there yet is waited for, as
 * [database] max_retries and retry_interval say. Fails with `unavailable`, or with `aborted` when
 * the service is stopped meanwhile.
 */
export async function prepareStore({ resolved: { settings }, log, watch }: ServeContext): Promise<void> {
  const most = settings['database.max_retries'];
  const pause = settings['database.retry_interval'];
  // A client of Elasticsearch asks for a minute before it gives up.
  const stopped = watch.stopped.then(() => {
    throw new FreezerError('aborted', 'stopped before the store was there');
  });
  stopped.catch(() => undefined);
  for (let attempt = 0; ; attempt++) {
    try {
      await Promise.race([madeReady(settings, log.logger), stopped]);
      return;
    } catch (error) {
      const again = FreezerError.is(error) && error.retryable && (most < 0 || attempt < most);
      if (!again) throw error;
      log.logger.warn({}, `the store is not there yet, trying again in ${pause} s: ${messageOf(error)}`);
      await sleep(pause * 1000, undefined, { signal: watch.signal }).catch((cause: unknown) => {
        throw new FreezerError('aborted', 'stopped before the store was there', { cause });
      });
    }
  }
}

async function madeReady(settings: ApiSettings, logger: Logger): Promise<void> {
  await using store = await openStore(settings, logger);
  await store.migrate();
}
