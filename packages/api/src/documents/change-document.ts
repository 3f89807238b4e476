import { setTimeout as wait } from 'node:timers/promises';
import { type DocumentOwner, type DocumentScope, type DocumentStore, FreezerError, type Stored } from '@freezer/core';
import type { Item } from './item.ts';

/** What a writer makes of a document that it read. */
export interface Change {
  readonly document: Item;
  /** Default: as it was. */
  readonly owner?: DocumentOwner;
}

const TRIES = 60;

/**
 * Reads a document, lets `change` make the next one, and writes it unless somebody else wrote meanwhile: then all over again. `change` answering
 * undefined writes nothing. Resolves to the document as it is now, or undefined when there is none in the scope. Fails with `conflict` when others
 * were always faster.
 */
export async function changeDocument(
  documents: DocumentStore<Item>,
  id: string,
  scope: DocumentScope,
  change: (document: Item, stored: Stored<Item>) => Change | undefined | Promise<Change | undefined>,
): Promise<Stored<Item> | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const stored = await documents.get(id, scope);
    if (!stored) return undefined;
    const next = await change(stored.document, stored);
    if (!next) return stored;
    try {
      return await documents.replace(id, next.document, next.owner ?? stored.owner, stored);
    } catch (error) {
      if (FreezerError.is(error, 'not_found')) return undefined;
      if (!FreezerError.is(error, 'conflict') || attempt + 1 >= TRIES) throw error;
      await wait(Math.random() * Math.min(100, 2 ** attempt));
    }
  }
}
