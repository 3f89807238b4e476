import {
  type DocumentFilter,
  type DocumentOwner,
  type DocumentSearch,
  type DocumentStore,
  type ErrorCode,
  FreezerError,
  messageOf,
  type Store,
} from '@freezer/core';
import { expect } from '@jest/globals';

/** What a case of the store contract works with. */
export interface StoreBench {
  /** Migrated, and without documents. */
  readonly store: Store;
  /** A second instance on the same place, as another process has it. Closed by the suite. */
  readonly openAnother: () => Promise<Store>;
  /** Number of documents of the long lists. */
  readonly manyDocuments: number;
  /** Bytes of the big document. */
  readonly bigBytes: number;
}

/** Any JSON object. */
export type Sample = Record<string, unknown>;

export const OWNER: DocumentOwner = { projectId: 'p1', userId: 'u1' };
export const OTHER: DocumentOwner = { projectId: 'p2', userId: 'u2' };

/** Everything of OWNER's project. */
const OWN: DocumentSearch = { scope: { projectId: 'p1' }, limit: 1000, offset: 0 };

/** The ids of what a search finds, in its order. */
export async function idsOf(documents: DocumentStore<Sample>, search: Partial<DocumentSearch> = {}): Promise<string[]> {
  return (await documents.search({ ...OWN, ...search })).map(({ id }) => id);
}

/** Creates documents one after another, so that their order of creation is that of the list. */
export async function createAll(documents: DocumentStore<Sample>, samples: Readonly<Record<string, Sample>>, owner: DocumentOwner = OWNER): Promise<void> {
  for (const [id, document] of Object.entries(samples)) await documents.create(id, document, owner);
}

/** Fails unless a search finds these ids in this order, and `count` says as many. */
export async function expectFound(documents: DocumentStore<Sample>, filter: Partial<DocumentFilter>, ids: readonly string[]): Promise<void> {
  const whole = { scope: OWN.scope, ...filter };
  expect({ filter, found: await idsOf(documents, whole) }).toEqual({ filter, found: ids });
  expect({ filter, count: await documents.count(whole) }).toEqual({ filter, count: ids.length });
}

/** Fails unless the call rejects with a FreezerError of this code, whose message is one line. */
export async function expectStoreError(call: () => Promise<unknown>, code: ErrorCode): Promise<void> {
  const error = await rejectionOf(call);
  if (!FreezerError.is(error, code)) throw new TypeError(`rejected with '${messageOf(error)}', which is no FreezerError '${code}'`, { cause: error });
  expect(error.message).not.toMatch(/\n/);
}

/** What a call rejects with. Fails when it does not. */
export async function rejectionOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new TypeError('the call did not reject');
}

/** `count` numbered ids that sort as they are made. */
export const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(5, '0')}`);
