import { join } from 'node:path';
import { find } from './find.mjs';
import { quote } from './quote.mjs';

/** restic, always encrypted, with its usual compression. */
export function restic({ place, source, passFile }) {
  if (find('restic') === undefined) return undefined;
  const backup = () => quote('restic', 'backup', '-q', source);
  return {
    env: { RESTIC_REPOSITORY: place.store, RESTIC_PASSWORD_FILE: passFile, RESTIC_CACHE_DIR: join(place.state, 'cache') },
    prepare: () => 'restic init --repository-version 2',
    full: backup,
    increment: backup,
    list: () => 'restic snapshots',
    restore: (target) => quote('restic', 'restore', '-q', 'latest', '--target', target),
    restoredBelow: (target) => join(target, source),
  };
}
