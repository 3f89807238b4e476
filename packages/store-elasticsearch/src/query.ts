import type { estypes } from '@elastic/elasticsearch';
import type { DocumentFilter, DocumentScope, FieldMatch, FieldRange } from '@freezer/core';
import { wordsOf } from '@freezer/core';
import { keptWord, orderKey, orderOfNumber, termOf } from './record.ts';

type Query = estypes.QueryDslQueryContainer;

const NONE: Query = { match_none: {} };

const fieldQuery = ({ key, value }: FieldMatch): Query => ({ term: { terms: { value: termOf(key.includes('.') ? 'path' : 'key', key, value) } } });

function rangeQuery({ path, from, to }: FieldRange): Query {
  const name = orderKey(path);
  // Both ends are needed: without one the range would go on into the next path.
  const ends = { gte: orderOfNumber(from ?? Number.NEGATIVE_INFINITY), lte: orderOfNumber(to ?? Number.POSITIVE_INFINITY) };
  return name === undefined ? NONE : { range: { [`order.${name}`]: ends } };
}

function scopeQuery({ projectId, userId, shared }: DocumentScope): Query[] {
  const own: Query[] = [
    ...(projectId === undefined ? [] : [{ term: { project_id: { value: projectId } } }]),
    ...(userId === undefined ? [] : [{ term: { user_id: { value: userId } } }]),
  ];
  if (!shared || own.length === 0) return own;
  return [{ bool: { should: [{ bool: { filter: own } }, fieldQuery(shared)], minimum_should_match: 1 } }];
}

/** `DocumentFilter` as a query. Nothing is scored: it is all yes or no. */
export function filterQuery({ scope, match = [], matchNot = [], ranges = [], text = '' }: DocumentFilter): Query {
  return {
    bool: {
      filter: [
        ...scopeQuery(scope),
        ...match.map(fieldQuery),
        ...ranges.map(rangeQuery),
        ...wordsOf(text).map((word) => ({ prefix: { words: { value: keptWord(word) } } })),
      ],
      must_not: matchNot.map(fieldQuery),
    },
  };
}

/** The order of a list: what is sorted by, then the order of creation. */
export function sortOf(sort: { readonly path: string; readonly descending: boolean } | undefined): estypes.SortCombinations[] {
  const name = sort && orderKey(sort.path);
  const creation: estypes.SortCombinations[] = [{ created: { order: 'asc' } }, { id: { order: 'asc' } }];
  if (!sort || name === undefined) return creation;
  return [{ [`order.${name}`]: { order: sort.descending ? 'desc' : 'asc', missing: '_last', unmapped_type: 'keyword' } }, ...creation];
}
