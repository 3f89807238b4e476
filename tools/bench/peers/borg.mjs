import { find } from './find.mjs';
import { quote } from './quote.mjs';

/** Borg, encrypted, with zstd. */
export function borg({ place, source }) {
  if (find('borg') === undefined) return undefined;
  let count = 0;
  const backup = () => `cd ${quote(source)} && ${quote('borg', 'create', '-C', 'zstd,3', `::${(count += 1)}`, '.')}`;
  return {
    env: {
      BORG_REPO: place.store,
      BORG_BASE_DIR: place.state,
      BORG_PASSPHRASE: 'x',
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
      BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes',
    },
    prepare: () => 'borg init -e repokey',
    full: backup,
    increment: backup,
    list: () => 'borg list',
    restore: (target) => `mkdir -p ${quote(target)} && cd ${quote(target)} && ${quote('borg', 'extract', `::${count}`)}`,
    restoredBelow: (target) => target,
  };
}
