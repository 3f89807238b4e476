import { createHash } from 'node:crypto';
import {
  type CallOptions,
  type DocumentFilter,
  type DocumentOwner,
  type DocumentScope,
  type DocumentSearch,
  type DocumentStore,
  FreezerError,
  type Stored,
} from '@freezer/core';

/** Whose ids are one space: in version 2 those of a project, in version 1 those of a user. */
export type IdSpace = 'projectId' | 'userId';

/** `~` stands in no id that a caller may choose. */
const OWN_VERSION = /^(~[0-9a-f]{16})~/;

/**
 * Documents under ids that callers choose, of which nobody learns that somebody else has them: an id that is taken elsewhere is kept under a
 * key of the owner's own. Looking up what is absent and what is not the caller's takes the same steps. Ids that go in and come out are those
 * that were chosen.
 */
export class OwnIds<T extends object> implements DocumentStore<T> {
  readonly #inner: DocumentStore<T>;
  readonly #space: IdSpace;

  constructor(inner: DocumentStore<T>, space: IdSpace) {
    this.#inner = inner;
    this.#space = space;
  }

  /** What is put behind an id; undefined where documents of everybody are looked at. */
  #suffix(whose: DocumentScope | DocumentOwner): string | undefined {
    const owner = whose[this.#space];
    if (owner === undefined) return undefined;
    return `~${createHash('sha256').update(`${this.#space}\0${owner}`).digest('hex').slice(0, 16)}`;
  }

  /** Who chose the id has looked before whether it is his own already: one that was taken elsewhere may be free again. */
  async create(id: string, document: T, owner: DocumentOwner, options?: CallOptions): Promise<Stored<T>> {
    const suffix = this.#suffix(owner);
    try {
      return await this.#inner.create(id, document, owner, options);
    } catch (error) {
      if (!FreezerError.is(error, 'already_exists') || suffix === undefined) throw error;
      if (await this.get(id, { [this.#space]: owner[this.#space] }, options)) throw error;
    }
    return named(await this.#inner.create(id + suffix, document, owner, options), suffix);
  }

  async get(id: string, scope: DocumentScope, options?: CallOptions): Promise<Stored<T> | undefined> {
    const found = await this.#inner.get(id, scope, options);
    const suffix = found ? undefined : this.#suffix(scope);
    if (suffix === undefined) return found;
    const own = await this.#inner.get(id + suffix, scope, options);
    return own && named(own, suffix);
  }

  async search(search: DocumentSearch, options?: CallOptions): Promise<readonly Stored<T>[]> {
    const { marker, scope } = search;
    const suffix = this.#suffix(scope);
    const isOwn = suffix !== undefined && marker !== undefined && !(await this.#inner.get(marker, scope, options));
    const found = await this.#inner.search(isOwn ? { ...search, marker: marker + suffix } : search, options);
    // Where somebody sees documents of several spaces, two of them may have one id: those of others keep their whole key, which is a marker of one alone.
    return suffix !== undefined && found.some(({ id }) => id.endsWith(suffix)) ? found.map((each) => named(each, suffix)) : found;
  }

  count(filter: DocumentFilter, options?: CallOptions): Promise<number> {
    return this.#inner.count(filter, options);
  }

  fingerprint(filter: DocumentFilter, options?: CallOptions): Promise<string> {
    return this.#inner.fingerprint(filter, options);
  }

  async replace(id: string, document: T, owner: DocumentOwner, expected: { readonly version: string }, options?: CallOptions): Promise<Stored<T>> {
    const [key, version] = placeOf(id, expected.version);
    return named(await this.#inner.replace(key, document, owner, { version }, options), key.slice(id.length));
  }

  async remove(id: string, expected?: { readonly version: string }, options?: CallOptions): Promise<boolean> {
    if (expected === undefined) return this.#inner.remove(id, undefined, options);
    const [key, version] = placeOf(id, expected.version);
    return this.#inner.remove(key, { version }, options);
  }
}

/** A document under the id that was chosen, where its key has that suffix; its version remembers where it is kept. */
function named<T extends object>(stored: Stored<T>, suffix: string): Stored<T> {
  if (suffix === '' || !stored.id.endsWith(suffix)) return stored;
  const { json, owner, revision, version } = stored;
  return {
    id: stored.id.slice(0, -suffix.length),
    get document() {
      return stored.document;
    },
    json,
    owner,
    revision,
    version: `${suffix}~${version}`,
  };
}

/** Where a document is kept, and its version there. */
function placeOf(id: string, version: string): readonly [key: string, version: string] {
  const [whole, suffix] = OWN_VERSION.exec(version) ?? [];
  return whole === undefined || suffix === undefined ? [id, version] : [id + suffix, version.slice(whole.length)];
}
