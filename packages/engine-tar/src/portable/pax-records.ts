import { FreezerError } from '@freezer/core';
import type { Extent } from './tar-header.ts';

/** What the extended headers before an entry say of it. Values are bytes. */
export class PaxRecords {
  readonly #values = new Map<string, string>();
  /** In version 0.0 of the sparse format each extent is a pair of records of the same names. */
  readonly #pairs: Extent[] = [];
  #offset = 0;
  #hasAttributes = false;

  /** Of those that hold for all that follows, the later one of a key counts. */
  constructor(global?: PaxRecords) {
    for (const [key, value] of global?.entries() ?? []) this.#values.set(key, value);
  }

  /** Adds the records of one extended header: `LENGTH KEY=VALUE\n` each. Fails with `corrupt`. */
  add(data: Buffer): void {
    for (let at = 0; at < data.length; ) {
      const blank = data.indexOf(32, at);
      const length = blank < 0 || blank - at > 12 ? Number.NaN : Number(data.toString('latin1', at, blank));
      const end = at + length;
      const equals = data.indexOf(61, blank);
      if (!Number.isSafeInteger(length) || end > data.length || data[end - 1] !== 10 || equals < 0 || equals >= end)
        throw new FreezerError('corrupt', 'tar: an extended header of the archive cannot be read');
      this.#set(data.toString('latin1', blank + 1, equals), data.toString('latin1', equals + 1, end - 1));
      at = end;
    }
  }

  #set(key: string, value: string): void {
    if (key === 'GNU.sparse.offset') this.#offset = Number(value);
    else if (key === 'GNU.sparse.numbytes') this.#pairs.push({ offset: this.#offset, length: Number(value) });
    else if (isAttribute(key)) this.#hasAttributes = true;
    else this.#values.set(key, value);
  }

  /** An empty value takes away what was said before. */
  get(key: string): string | undefined {
    const value = this.#values.get(key);
    return value === '' ? undefined : value;
  }

  /** A decimal number that is no more than a file can have of anything. Fails with `corrupt`. */
  number(key: string): number | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const result = Number(value);
    if (!Number.isSafeInteger(result) || result < 0)
      throw new FreezerError('corrupt', `tar: ${key} of an extended header is no number: '${value.slice(0, 40)}'`);
    return result;
  }

  /** Nanoseconds since the epoch. */
  time(key: string): bigint | undefined {
    const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(this.get(key) ?? '');
    if (match === null) return undefined;
    const ns = BigInt(match[2] ?? 0) * 1_000_000_000n + BigInt((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
    return match[1] === '-' ? -ns : ns;
  }

  get pairs(): readonly Extent[] {
    return this.#pairs;
  }

  /** Whether it has xattrs, ACLs or a label. */
  get hasAttributes(): boolean {
    return this.#hasAttributes;
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries();
  }
}

const isAttribute = (key: string): boolean => /^(?:SCHILY\.(?:xattr|acl)\.|RHT\.security\.|LIBARCHIVE\.xattr\.)/.test(key);
