import type { StorageKey } from '@freezer/core';
import { failure } from './failure.ts';

/** Where unfinished writes lie, below the container. */
export const TEMPORARY = '.freezer-tmp';

const reasonAgainst = (key: StorageKey): string | undefined => {
  if (key.includes('\0')) return 'a key must not hold a NUL byte';
  if (/[\r\n]/.test(key)) return 'FTP cannot say a name that holds a line end';
  if (/\p{Surrogate}/u.test(key)) return 'a key must be well-formed text';
  const segments = key.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return "a key must be relative and hold no empty, '.' or '..' segment";
  if (segments.includes(TEMPORARY)) return `'${TEMPORARY}' is kept for unfinished writes`;
  return undefined;
};

/** The container as an absolute path: a relative one begins in `home`. */
export function absoluteRoot(container: string, home: string): string {
  const segments: string[] = [];
  for (const segment of (container.startsWith('/') ? container : `${home}/${container}`).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

/** The folder above an absolute path; that of `/` is `/`. */
export const folderOfPath = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

/** The last segment of an absolute path. */
export const nameOfPath = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A name in a folder, as an absolute path. */
export const inFolder = (folder: string, name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`);

/** The path of an object below `root`. Fails with `invalid` when the key could leave the container or meet its temporary folder. */
export function pathOfKey(root: string, operation: string, key: StorageKey): string {
  const reason = reasonAgainst(key);
  if (reason !== undefined) throw failure('invalid', { operation, key, place: root }, reason);
  return inFolder(root, key);
}

/** The path of a prefix; '' is the container itself. */
export const pathOfPrefix = (root: string, operation: string, prefix: StorageKey): string => (prefix === '' ? root : pathOfKey(root, operation, prefix));
