import type { StorageKey } from '@freezer/core';
import { failure } from './failure.ts';

/** Where a run notes its unfinished uploads, below the prefix. */
export const TEMPORARY = '.freezer-tmp';

const NAME_MAX_BYTES = 1024;

const reasonAgainst = (key: StorageKey): string | undefined => {
  if (key.includes('\0')) return 'a key must not hold a NUL byte';
  if (/\p{Surrogate}/u.test(key)) return 'a key must be well-formed text';
  const segments = key.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return "a key must be relative and hold no empty, '.' or '..' segment";
  if (segments.includes(TEMPORARY)) return `'${TEMPORARY}' is kept for unfinished writes`;
  return undefined;
};

/** The names of objects in the bucket: a key behind the prefix. */
export class KeyNames {
  readonly #base: string;
  readonly #place: string;

  /** `prefix` without a `/` at its ends. */
  constructor(prefix: string, place: string) {
    this.#base = prefix === '' ? '' : `${prefix}/`;
    this.#place = place;
  }

  /** Fails with `invalid` for what is no key. */
  nameOf(operation: string, key: StorageKey): string {
    const name = `${this.#base}${key}`;
    const isLong = Buffer.byteLength(name) > NAME_MAX_BYTES;
    const reason = reasonAgainst(key) ?? (isLong ? `a name is at most ${NAME_MAX_BYTES} bytes long` : undefined);
    if (reason !== undefined) throw failure('invalid', { operation, key, place: this.#place }, reason);
    return name;
  }

  /** With what the names below a key prefix begin. */
  below(operation: string, prefix: StorageKey): string {
    return prefix === '' ? this.#base : `${this.nameOf(operation, prefix)}/`;
  }

  /** The name of an object of the storage's own. */
  temporary(name: string): string {
    return `${this.#base}${TEMPORARY}/${name}`;
  }

  /** The key of a name; undefined for those of the storage's own, for markers of folders, and for what is no key. */
  keyOf(name: string): StorageKey | undefined {
    if (!name.startsWith(this.#base)) return undefined;
    const key = name.slice(this.#base.length);
    return reasonAgainst(key) === undefined ? key : undefined;
  }
}
