import { inFolder, reasonAgainstKey, type StorageKey } from '@freezer/core';
import { failure } from './failure.ts';

/** The path of an object below `root`. Fails with `invalid` when the key could leave the container or meet its temporary folder. */
export function pathOfKey(root: string, operation: string, key: StorageKey): string {
  const reason = reasonAgainstKey(key);
  if (reason !== undefined) throw failure('invalid', { operation, key, place: root }, reason);
  return inFolder(root, key);
}

/** The path of a prefix; '' is the container itself. */
export const pathOfPrefix = (root: string, operation: string, prefix: StorageKey): string => (prefix === '' ? root : pathOfKey(root, operation, prefix));
