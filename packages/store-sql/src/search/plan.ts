import type { DocumentFilter, DocumentKind, DocumentScope, FieldMatch, FieldRange } from '@freezer/core';
import { INDEXED_FIELDS } from '../terms/indexed-fields.ts';
import { fieldTerm, kindTerm, numberSlot, projectTerm, userTerm } from '../terms/term-hash.ts';

/** A range of numbers that the index knows. */
export interface SlotRange {
  readonly slot: bigint;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** What of a filter the index answers, and what is left to be looked at in the documents. */
export interface Plan {
  /** All of them; at least one. */
  readonly terms: readonly bigint[];
  readonly without: readonly bigint[];
  readonly ranges: readonly SlotRange[];
  /** Undefined when the index says it all. */
  readonly rest: Rest | undefined;
}

export interface Rest {
  readonly match: readonly FieldMatch[];
  readonly matchNot: readonly FieldMatch[];
  readonly ranges: readonly FieldRange[];
  readonly text: string | undefined;
}

/** As many of each kind are asked of the index: a longer statement costs servers more than the documents that it would keep away. */
const MOST_TERMS = 8;

/** The term of a field, where the index has it for this project (or over all, when it is undefined). */
function indexedTerm(kind: DocumentKind, projectId: string | undefined, { key, value }: FieldMatch): bigint | undefined {
  const { keys, everywhere } = INDEXED_FIELDS[kind];
  if (projectId !== undefined && keys.has(key)) return fieldTerm(kind, projectId, key, value);
  return everywhere.has(key) ? fieldTerm(kind, undefined, key, value) : undefined;
}

/** One of the two ways into a scope: the own documents. */
export function planOwn(kind: DocumentKind, filter: DocumentFilter): Plan {
  const { projectId, userId } = filter.scope;
  return planWithin(kind, filter, { projectId, userId, shared: undefined });
}

/** The other one: what everybody sees. */
export function planShared(kind: DocumentKind, filter: DocumentFilter, shared: FieldMatch): Plan {
  return planWithin(kind, filter, { shared });
}

/** Documents that are both: they are counted twice otherwise. */
export function planBoth(kind: DocumentKind, filter: DocumentFilter, shared: FieldMatch): Plan {
  const { projectId, userId } = filter.scope;
  return planWithin(kind, filter, { projectId, userId, shared });
}

function planWithin(kind: DocumentKind, filter: DocumentFilter, { projectId, userId, shared }: DocumentScope): Plan {
  const terms = new Set<bigint>();
  const restMatch: FieldMatch[] = [];
  let projectIsSaid = projectId === undefined;
  for (const each of [...(filter.match ?? []), ...(shared ? [shared] : [])]) {
    const exact = indexedTerm(kind, projectId, each);
    const term = exact ?? superset(kind, projectId, each);
    const isAsked = term !== undefined && (terms.has(term) || terms.size < MOST_TERMS);
    // A term of a project says the project.
    if (isAsked) {
      terms.add(term);
      projectIsSaid = true;
    }
    if (exact === undefined || !isAsked) restMatch.push(each);
  }
  if (!projectIsSaid && projectId !== undefined) terms.add(projectTerm(kind, projectId));
  if (userId !== undefined) terms.add(userTerm(kind, userId));
  if (terms.size === 0) terms.add(kindTerm(kind));
  const without = new Set<bigint>();
  const restNot: FieldMatch[] = [];
  for (const each of filter.matchNot ?? []) {
    const term = indexedTerm(kind, projectId, each);
    if (term === undefined || without.size >= MOST_TERMS) restNot.push(each);
    else without.add(term);
  }
  const ranges: SlotRange[] = [];
  const restRanges: FieldRange[] = [];
  for (const range of filter.ranges ?? []) {
    const slot = slotOf(kind, projectId, range.path);
    if (slot === undefined) restRanges.push(range);
    else ranges.push({ slot, from: range.from, to: range.to });
  }
  const text = filter.text?.trim() ? filter.text : undefined;
  const isComplete = restMatch.length === 0 && restNot.length === 0 && restRanges.length === 0 && text === undefined;
  return {
    terms: [...terms],
    without: [...without],
    ranges,
    rest: isComplete ? undefined : { match: restMatch, matchNot: restNot, ranges: restRanges, text },
  };
}

const lastKey = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/** Whoever has a value at a path has it under the last key of the path too: fewer to look at. */
function superset(kind: DocumentKind, projectId: string | undefined, { key, value }: FieldMatch): bigint | undefined {
  return key.includes('.') ? indexedTerm(kind, projectId, { key: lastKey(key), value }) : undefined;
}

/** The slot of a path, where the index has one for the project, or for all when it is undefined. */
export function slotOf(kind: DocumentKind, projectId: string | undefined, path: string): bigint | undefined {
  const { numbers, numbersEverywhere } = INDEXED_FIELDS[kind];
  return (projectId === undefined ? numbersEverywhere : numbers).includes(path) ? numberSlot(kind, projectId, path) : undefined;
}
