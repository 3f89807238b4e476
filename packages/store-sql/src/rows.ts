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

/** The document is read when somebody looks into it. */
export function storedOf<T extends object>(row: FoundRow): Stored<T> {
  let document: T | undefined;
  return {
    id: nameOf(row.id),
    get document(): T {
      document ??= JSON.parse(row.document) as T;
      return document;
    },
    json: row.document,
    owner: ownerOf(row),
    revision: Number(row.revision),
    version: versionOf(row.seq, row.revision),
  };
}
