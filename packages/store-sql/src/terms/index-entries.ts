import { type DocumentKind, type DocumentOwner, type Scalar, scalarsOf, valueAt } from '@freezer/core';
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
  const { keys, everywhere, numbers, numbersEverywhere } = INDEXED_FIELDS[kind];
  const terms = new Set([kindTerm(kind), projectTerm(kind, projectId), userTerm(kind, userId)]);
  const add = (name: string, value: Scalar): void => {
    terms.add(fieldTerm(kind, projectId, name, value));
    if (everywhere.has(name)) terms.add(fieldTerm(kind, undefined, name, value));
  };
  for (const { key, path, value } of scalarsOf(document)) {
    // A number is found by its text as well.
    for (const each of typeof value === 'number' ? [value, String(value)] : [value]) {
      if (key !== undefined && keys.has(key) && !key.includes('.')) add(key, each);
      if (path?.includes('.') && keys.has(path)) add(path, each);
    }
  }
  const slots = [
    ...numbers.map((path) => ({ slot: numberSlot(kind, projectId, path), path })),
    ...numbersEverywhere.map((path) => ({ slot: numberSlot(kind, undefined, path), path })),
  ];
  return { terms, numbers: new Map(slots.map(({ slot, path }) => [slot, keptNumber(valueAt(document, path))])) };
}

/** What is kept of a value: a number within bounds, or that there is none. */
export function keptNumber(value: unknown): number {
  return typeof value === 'number' ? Math.max(-LARGEST, Math.min(LARGEST, value)) : NOTHING;
}
