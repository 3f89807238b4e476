import { dirname } from 'node:path';
import type { Logger, Store } from '@freezer/core';
import { makeStateFolder } from '../trial/trial-file.ts';
import { type StoreSettings, storeChoice } from './store-choice.ts';

/** Opens what the settings choose; a driver is loaded when it is used. Fails with `invalid` or `unavailable`. */
export async function openStore(settings: StoreSettings, logger: Logger): Promise<Store> {
  const choice = storeChoice(settings);
  if (choice.kind === 'elasticsearch') {
    const { openElasticsearchStore } = await import('@freezer/store-elasticsearch');
    return openElasticsearchStore(choice);
  }
  if ('path' in choice) await makeStateFolder(dirname(choice.path));
  const { openSqlStore } = await import('@freezer/store-sql');
  return openSqlStore({ ...('path' in choice ? { path: choice.path } : { url: choice.url }), poolSize: choice.poolSize, logger });
}
