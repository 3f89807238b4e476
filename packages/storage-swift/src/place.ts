import type { StorageKey } from '@freezer/core';

/** Where objects lie in an account: a container, and what stands before each key in it. */
export interface Place {
  readonly container: string;
  /** '' or a text that ends in `/`. */
  readonly prefix: string;
}

/** `container` or `container/prefix`, as `--container` has it. With `namePrefix` the container begins so, whether that was written or not. */
export function placeOf(text: string, namePrefix = ''): Place {
  const [name = '', ...rest] = text.split('/').filter((part) => part !== '');
  const container = name.startsWith(namePrefix) ? name : `${namePrefix}${name}`;
  return { container, prefix: rest.map((part) => `${part}/`).join('') };
}

/** A name as a path of a URL: everything that could mean something is encoded, `/` is not. */
export const encoded = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

/** Why a key cannot be one; undefined when it can. A URL with `..` in it would be another one. */
export function reasonAgainst(key: StorageKey): string | undefined {
  if (key.includes('\0')) return 'a key must not hold a NUL byte';
  if (/\p{Surrogate}/u.test(key)) return 'a key must be well-formed text';
  const isWrong = key.split('/').some((segment) => segment === '' || segment === '.' || segment === '..');
  return isWrong ? "a key must be relative and hold no empty, '.' or '..' segment" : undefined;
}

/** The name of the object that holds `key`. */
export const nameOf = ({ prefix }: Place, key: StorageKey): string => `${prefix}${key}`;

/** What the names of all objects below a key begin with. */
export const namesBelow = ({ prefix }: Place, key: StorageKey): string => (key === '' ? prefix : `${prefix}${key}/`);

/** The key of an object; undefined for names that no key has (pseudo-folders, names outside of the prefix). */
export function keyOf({ prefix }: Place, name: string): StorageKey | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const key = name.slice(prefix.length);
  return key === '' || key.startsWith('/') || key.endsWith('/') || key.includes('//') ? undefined : key;
}
