import { type DocumentKind, type DocumentOwner, scalarsOf, valueAt } from '@freezer/core';
import { INDEXED_FIELDS } from './indexed-fields.ts';
import { fieldTerm, kindTerm, numberSlot, projectTerm, userTerm } from './term-hash.ts';

/** Where a document is found. */
export interface IndexEntries {
  readonly terms: ReadonlySet<bigint>;
  /** A number for each slot; `NOTHING` where the document has none. */
  readonly numbers: ReadonlyMap<bigint, number>;
}

/** Stands for "no number there": more than any number that is kept. */
export const NOTHING = Number.MAX_VALUE;
const LARGEST = NOTHING / 2;

/** What is written beside a document so that searches find it. */
export function indexEntries(kind: DocumentKind, document: object, { projectId, userId }: DocumentOwner): IndexEntries {
  const { keys, everywhere, numbers } = INDEXED_FIELDS[kind];
  const terms = new Set([kindTerm(kind), projectTerm(kind, projectId), userTerm(kind, userId)]);
  for (const { key, value } of scalarsOf(document)) {
    if (key === undefined || !keys.has(key)) continue;
    // A number is found by its text as well.
    for (const each of typeof value === 'number' ? [value, String(value)] : [value]) {
      terms.add(fieldTerm(kind, projectId, key, each));
      if (everywhere.has(key)) terms.add(fieldTerm(kind, undefined, key, each));
    }
  }
  return { terms, numbers: new Map(numbers.map((path) => [numberSlot(kind, projectId, path), keptNumber(valueAt(document, path))])) };
}

/** What is kept of a value: a number within bounds, or that there is none. */
export function keptNumber(value: unknown): number {
  return typeof value === 'number' ? Math.max(-LARGEST, Math.min(LARGEST, value)) : NOTHING;
}
