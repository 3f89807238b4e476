import { type DocumentKind, type DocumentStore, FreezerError, type Store, type Stored } from '@freezer/core';

const PAGE = 500;

/** The page behind the last of these that is still there; a marker that was removed meanwhile would end the list. */
async function pageBehind(documents: DocumentStore<object>, read: readonly Stored<object>[]): Promise<readonly Stored<object>[]> {
  const search = { scope: {}, limit: PAGE, offset: 0 };
  for (const { id } of read.toReversed()) {
    const page = await documents.search({ ...search, marker: id });
    if (page.length > 0 || (await documents.get(id, {}))) return page;
  }
  throw new FreezerError('conflict', 'documents were removed faster than they could be read; try it again');
}

/**
 * Every document of a kind, in the order in which they were made, also while others write: what was there all the time comes once.
 * Fails with `conflict` when all of a page were removed before the next one was read.
 */
export async function* everyDocument(store: Store, kind: DocumentKind): AsyncGenerator<Stored<object>> {
  const documents = store.documents<object>(kind);
  let page = await documents.search({ scope: {}, limit: PAGE, offset: 0 });
  while (page.length > 0) {
    yield* page;
    if (page.length < PAGE) return;
    page = await pageBehind(documents, page);
  }
}
