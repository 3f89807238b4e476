import { type DocumentStore, FreezerError, type Stored } from '@freezer/core';
import type { Answer } from '../http/answer.ts';
import { demandMatch } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import { notFound } from '../http/problem.ts';
import type { Item } from './item.ts';

const TRIES = 20;

/**
 * Removes a document of the caller's scope. What is not there, or not his, is gone already: 204 in version 2, 404 in version 1. Resolves to the answer
 * and to what was removed.
 */
export async function removeDocument(
  exchange: Exchange,
  { documents, id, kind }: { readonly documents: DocumentStore<Item>; readonly id: string; readonly kind: string },
): Promise<{ readonly answer: Answer; readonly removed: Stored<Item> | undefined }> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const stored = await documents.get(id, exchange.scope);
    if (!stored) break;
    demandMatch(exchange, stored);
    try {
      // Of the version that was seen to be the caller's, and no other.
      if (await documents.remove(id, stored)) return { answer: { status: 204 }, removed: stored };
    } catch (error) {
      if (!FreezerError.is(error, 'conflict')) throw error;
    }
  }
  if (exchange.isV1) throw notFound(`No ${kind} found with ID:${id}`);
  return { answer: { status: 204 }, removed: undefined };
}
