import type { CallOptions, DocumentFilter, DocumentStore } from '@freezer/core';
import type { Item } from '../documents/item.ts';

const KEPT = 1000;

/** Totals of lists, kept as long as the fingerprint of the list is the same: counting is the one thing about a page that grows with the store. */
export class TotalCounts {
  readonly #counts = new Map<string, { readonly mark: string; readonly count: number }>();

  async count(kind: string, documents: DocumentStore<Item>, filter: DocumentFilter, mark: string, options: CallOptions): Promise<number> {
    const key = JSON.stringify([kind, filter]);
    const kept = this.#counts.get(key);
    if (kept?.mark === mark) return kept.count;
    const count = await documents.count(filter, options);
    this.#counts.delete(key);
    this.#counts.set(key, { mark, count });
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > KEPT && oldest !== undefined) this.#counts.delete(oldest);
    return count;
  }
}
