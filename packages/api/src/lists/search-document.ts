import type { FieldMatch, Scalar } from '@freezer/core';
import { badRequest } from '../http/problem.ts';

/** What the body of a list asks for. */
export interface SearchDocument {
  readonly match: readonly FieldMatch[];
  readonly matchNot: readonly FieldMatch[];
  readonly text?: string;
  readonly timeAfter?: number;
  readonly timeBefore?: number;
  /** Asks for a value that nothing can have. */
  readonly isImpossible: boolean;
}

export const EVERYTHING: SearchDocument = { match: [], matchNot: [], isImpossible: false };

type Pair = readonly [key: string, value: unknown];

const isScalar = (value: unknown): value is Scalar => value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** Freezer's search document. Unknown keys mean nothing. Fails with 400 when `match` or `match_not` is neither a list of objects nor an object. */
export function readSearch(body: Readonly<Record<string, unknown>>): SearchDocument {
  const match = pairsOf(body['match'], 'match');
  const matchNot = pairsOf(body['match_not'], 'match_not');
  const times = { ...timeOf(body, 'time_after', 'timeAfter'), ...timeOf(body, 'time_before', 'timeBefore') };
  const [first] = match;
  if (first?.[0] !== '_all' || typeof first[1] !== 'string') return { ...conditions(match, matchNot), ...times };
  const inside = listIn(first[1]);
  // A list of pairs in the text takes the place of the whole search; another document in it is none.
  if (inside === 'other') return { ...EVERYTHING, ...times };
  if (inside !== undefined) return { ...conditions(pairsOf(inside, 'match'), []), ...times };
  return { ...conditions(match.slice(1), matchNot), ...times, ...(first[1].trim() !== '' && { text: first[1] }) };
}

function conditions(match: readonly Pair[], matchNot: readonly Pair[]): SearchDocument {
  const scalars = (pairs: readonly Pair[]): FieldMatch[] => pairs.flatMap(([key, value]) => (isScalar(value) ? [{ key, value }] : []));
  return { match: scalars(match), matchNot: scalars(matchNot), isImpossible: match.some(([, value]) => !isScalar(value)) };
}

function pairsOf(value: unknown, name: string): Pair[] {
  if (value === undefined || value === null) return [];
  const entries: unknown[] = Array.isArray(value) ? value : [value];
  return entries.flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw badRequest(`${name} must be a list of objects`);
    return Object.entries(entry);
  });
}

function listIn(text: string): unknown[] | 'other' | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each)) ? value : 'other';
}

function timeOf<K extends string>(body: Readonly<Record<string, unknown>>, name: string, key: K): { readonly [P in K]?: number } {
  const value = body[name];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (value === undefined || value === null) return {};
  if (typeof number !== 'number' || !Number.isFinite(number)) throw badRequest(`${name} must be a number of seconds`);
  return { [key]: number } as { readonly [P in K]?: number };
}
