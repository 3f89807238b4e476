import { access } from 'node:fs/promises';
import type { Logger, Store } from '@freezer/core';
import type { ApiSettings } from '../settings/api-table.ts';

const DISABLE_FILE = '/etc/freezer/healthcheck_disable';
const KNOWN = new Set(['disable_by_file', 'store']);
const PING_MS = 5000;

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** What [healthcheck] asks for: undefined while all is well, else why not, in capitals. */
export function healthOf(settings: ApiSettings, store: Store, logger: Logger): () => Promise<string | undefined> {
  const backends = settings['healthcheck.backends'];
  for (const name of backends.filter((one) => !KNOWN.has(one)))
    logger.warn({}, `[healthcheck] backends: ${name} is not used; allowed: ${[...KNOWN].join(', ')}`);
  const file = settings['healthcheck.disable_by_file_path'] ?? (backends.includes('disable_by_file') ? DISABLE_FILE : undefined);
  return async () => {
    if (file !== undefined && (await isThere(file))) return 'DISABLED BY FILE';
    if (!backends.includes('store')) return undefined;
    return store.ping({ signal: AbortSignal.timeout(PING_MS) }).then(
      () => undefined,
      () => 'STORE UNAVAILABLE',
    );
  };
}
