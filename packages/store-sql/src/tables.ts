import type { Generated } from 'kysely';

/** The tables. `seq` is the order of creation. The servers send whole numbers of 64 bits as text, MySQL names as bytes: see `rows.ts`. */
export interface Tables {
  freezer_documents: DocumentTable;
  freezer_terms: { term: bigint; seq: number };
  freezer_numbers: { slot: bigint; value: number; seq: number };
  freezer_totals: TotalTable;
  freezer_schema: { version: number };
}

export interface DocumentTable {
  seq: Generated<number>;
  kind: string;
  id: string;
  project_id: string;
  user_id: string;
  revision: number;
  /** JSON, as text: keys keep their order, and nothing is refused that JSON has. */
  document: string;
}

/** How many documents a project has of a kind, and how many writes there were; the sum over the slots counts. */
export interface TotalTable {
  kind: string;
  project_id: string;
  slot: number;
  documents: number;
  changes: number;
}

export const TABLE_NAMES = ['freezer_documents', 'freezer_numbers', 'freezer_schema', 'freezer_terms', 'freezer_totals'] as const;
