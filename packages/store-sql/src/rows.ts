import type { DocumentOwner, Stored } from '@freezer/core';

/** A row of documents as the drivers hand it over. */
export interface FoundRow {
  readonly seq: number | string;
  readonly id: string | Uint8Array;
  readonly project_id: string | Uint8Array;
  readonly user_id: string | Uint8Array;
  readonly revision: number | string;
  readonly document: string;
}

export const DOCUMENT_COLUMNS = ['seq', 'id', 'project_id', 'user_id', 'revision', 'document'] as const;

/** MySQL keeps names as bytes. */
const nameOf = (name: string | Uint8Array): string => (typeof name === 'string' ? name : Buffer.from(name).toString('utf8'));

export const ownerOf = (row: Pick<FoundRow, 'project_id' | 'user_id'>): DocumentOwner => ({ projectId: nameOf(row.project_id), userId: nameOf(row.user_id) });

/** A version names the creation too: a document that was made anew under an old id is another one. */
export const versionOf = (seq: number | string, revision: number | string): string => `${seq}.${revision}`;

/** A row as callers see it. What is asked for is made when it is: a page of ten is often its ten texts and nothing else. */
export class StoredRow<T extends object> implements Stored<T> {
  readonly #row: FoundRow;
  #document: T | undefined;

  constructor(row: FoundRow) {
    this.#row = row;
  }

  get id(): string {
    return nameOf(this.#row.id);
  }

  get document(): T {
    return (this.#document ??= JSON.parse(this.#row.document) as T);
  }

  get json(): string {
    return this.#row.document;
  }

  get owner(): DocumentOwner {
    return ownerOf(this.#row);
  }

  get revision(): number {
    return Number(this.#row.revision);
  }

  get version(): string {
    return versionOf(this.#row.seq, this.#row.revision);
  }
}
