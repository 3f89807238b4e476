import { dirname } from 'node:path';
import { FreezerError, type Logger, messageOf, type Store } from '@freezer/core';
import { sectionNamed } from '../settings/chosen-store.ts';
import { makeStateFolder } from '../trial/trial-file.ts';
import { type SqlChoice, type StoreSettings, storeChoice } from './store-choice.ts';

/** Opens what the settings choose; a driver is loaded when it is used. Fails with `invalid` or `unavailable`. */
export async function openStore(settings: StoreSettings, logger: Logger): Promise<Store> {
  const choice = storeChoice(settings);
  if (choice.kind === 'elasticsearch') {
    const { openElasticsearchStore } = await import('@freezer/store-elasticsearch');
    return openElasticsearchStore(choice);
  }
  if ('path' in choice) await makeStateFolder(dirname(choice.path));
  return openDatabase(choice, sectionNamed(settings) ?? 'database', logger);
}

/** What is wrong with a URL is said with the key that holds it. */
async function openDatabase(choice: SqlChoice, section: string, logger: Logger): Promise<Store> {
  const { openSqlStore } = await import('@freezer/store-sql');
  try {
    return await openSqlStore({ ...('path' in choice ? { path: choice.path } : { url: choice.url }), poolSize: choice.poolSize, logger });
  } catch (error) {
    if (!('url' in choice) || !FreezerError.is(error, 'invalid')) throw error;
    throw new FreezerError('invalid', `[${section}] connection: ${messageOf(error)}`, { cause: error });
  }
}
