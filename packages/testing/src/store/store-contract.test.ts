import {
  type DocumentFilter,
  type DocumentKind,
  type DocumentOwner,
  type DocumentScope,
  type DocumentSearch,
  type DocumentStore,
  FreezerError,
  type Stored,
} from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { createMemoryStorePlace, MemoryStore, type MemoryStorePlace } from './memory-store.ts';
import { openStoreBench, STORE_CASES } from './store-contract.ts';

type Documents = DocumentStore<object>;

/** A memory store whose documents go through something that breaks them. */
function broken(wrap: (documents: Documents) => Partial<Documents>): new (place: MemoryStorePlace) => MemoryStore {
  return class extends MemoryStore {
    override documents<T extends object>(kind: DocumentKind): DocumentStore<T> {
      const whole = super.documents<T>(kind);
      const bound: DocumentStore<T> = {
        create: async (...rest) => await whole.create(...rest),
        get: async (...rest) => await whole.get(...rest),
        search: async (...rest) => await whole.search(...rest),
        count: async (...rest) => await whole.count(...rest),
        fingerprint: async (...rest) => await whole.fingerprint(...rest),
        replace: async (...rest) => await whole.replace(...rest),
        remove: async (...rest) => await whole.remove(...rest),
      };
      return { ...bound, ...(wrap(whole as Documents) as Partial<DocumentStore<T>>) };
    }
  };
}

const searching = (change: (search: DocumentSearch) => DocumentSearch) => broken((whole) => ({ search: async (search) => await whole.search(change(search)) }));
const finding = (change: (found: readonly Stored<object>[], search: DocumentSearch) => readonly Stored<object>[]) =>
  broken((whole) => ({ search: async (search) => change(await whole.search(search), search) }));
const forgetful = (): ((documents: Documents) => Partial<Documents>) => (whole) => ({
  fingerprint: async (filter: DocumentFilter) => String(await whole.count(filter)),
});

const caseFailures = async (Store: new (place: MemoryStorePlace) => MemoryStore, only?: string): Promise<string[]> => {
  const failed: string[] = [];
  for (const { name, run } of STORE_CASES) {
    if (only !== undefined && name !== only) continue;
    let place = createMemoryStorePlace();
    const { bench, cleanUp } = await openStoreBench({
      open: async () => {
        place = createMemoryStorePlace();
        return new Store(place);
      },
      openAnother: async () => new Store(place),
    });
    await run(bench).catch(() => failed.push(name));
    await cleanUp();
  }
  return failed;
};

describe('the store contract', () => {
  it('is kept by the memory store, case by case, by hand too', async () => {
    expect(await caseFailures(MemoryStore)).toEqual([]);
  });

  it.each([
    [
      'a create that replaces',
      broken((whole) => ({
        create: async (id, document, owner) => {
          await whole.remove(id);
          return await whole.create(id, document, owner);
        },
      })),
      'a second create of the id fails with already_exists, also by another project, and the first stays',
    ],
    [
      'a replace that looks at no version',
      broken((whole) => ({
        replace: async (id: string, document: object, owner: DocumentOwner) => {
          const current = await whole.get(id, {});
          if (!current) throw new FreezerError('not_found', 'gone');
          return await whole.replace(id, document, owner, current);
        },
      })),
      'replace with an old version fails with conflict, and nothing is written',
    ],
    [
      'a remove that looks at no version',
      broken((whole) => ({ remove: async (id: string) => await whole.remove(id) })),
      'of a replace and a remove of one version exactly one wins',
    ],
    [
      'a get that looks at no scope',
      broken((whole) => ({ get: async (id: string, _: DocumentScope) => await whole.get(id, {}) })),
      'get sees only what is in the scope',
    ],
    [
      'a search that looks at no user',
      searching(({ scope: { userId: _, ...scope }, ...rest }) => ({ ...rest, scope })),
      'searches and counts see only what is in the scope',
    ],
    [
      'a search without what is shared',
      searching(({ scope: { shared: _, ...scope }, ...rest }) => ({ ...rest, scope })),
      'what is shared is seen by all, once, in its place',
    ],
    ['a search that ignores matchNot', searching(({ matchNot: _, ...rest }) => rest), 'all of match must hold, none of matchNot may'],
    ['a search that ignores ranges', searching(({ ranges: _, ...rest }) => rest), 'a range takes both of its ends, and leaves out what has no number there'],
    [
      'a search in which case does not count',
      searching(({ match = [], ...rest }) => ({
        ...rest,
        match: match.map(({ key, value }) => ({ key, value: typeof value === 'string' ? value.trim() : value })),
      })),
      'values are equal byte by byte: case, accents, blanks, quotes, signs of patterns',
    ],
    [
      'a search that cuts long texts',
      searching(({ match = [], ...rest }) => ({ ...rest, match: match.filter(({ value }) => String(value).length < 5000) })),
      'a text of 10 000 characters is matched to its end',
    ],
    [
      'a list in the order of ids',
      finding((found, { sort }) => (sort ? found : found.toSorted((one, two) => (one.id < two.id ? -1 : 1)))),
      'the order is that of creation, and a replace does not change it',
    ],
    ['a list that ends after a hundred', searching((search) => ({ ...search, limit: Math.min(search.limit, 100) })), 'limit and offset cut the list'],
    [
      'a marker that is taken for an offset',
      searching(({ marker, ...rest }) => ({ ...rest, offset: rest.offset + (marker === undefined ? 0 : 7) })),
      'pages by marker while others write repeat nothing and leave out nothing',
    ],
    [
      'a marker that tells of others',
      broken((whole) => ({ search: async (search) => await whole.search(search.marker === 'theirs' ? { ...search, marker: undefined } : search) })),
      "a marker out of scope is like one that is not there: it tells nobody of others' documents",
    ],
    ['a list that is not sorted', searching(({ sort: _, ...rest }) => rest), 'a list is sorted by text'],
    ['a count of the page', broken((whole) => ({ count: async (filter) => Math.min(await whole.count(filter), 100) })), 'limit and offset cut the list'],
    ['a fingerprint that only counts', broken(forgetful()), 'the fingerprint changes with each create, replace and remove, and stays when nothing happens'],
    [
      'a call that is deaf to its signal',
      broken((whole) => ({ create: async (id: string, document: object, owner: DocumentOwner) => await whole.create(id, document, owner) })),
      'a call whose signal is aborted rejects with its reason, and writes nothing',
    ],
    [
      'keys that are sorted',
      broken((whole) => ({
        create: async (id: string, document: object, owner: DocumentOwner) =>
          await whole.create(id, Object.fromEntries(Object.entries(document).toSorted(([one], [two]) => (one < two ? 1 : -1))), owner),
      })),
      'odd documents come back as they were, keys in their order',
    ],
  ])('catches %s', async (_, Broken, expected) => {
    expect(await caseFailures(Broken, expected)).toEqual([expected]);
  });
});
