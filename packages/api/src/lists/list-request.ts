import { type DocumentFilter, type DocumentScope, type DocumentSearch, type FieldMatch, type Scalar, wordsOf } from '@freezer/core';
import type { Exchange } from '../http/exchange.ts';
import { badParameter, badRequest } from '../http/problem.ts';
import type { ListKind } from './list-kind.ts';
import { EVERYTHING, readSearch, type SearchDocument } from './search-document.ts';

const DEFAULT_LIMIT = 10;
const MAX_NUMBER = 2_147_483_647;
/** More are not read at once, whatever is asked for. */
const LARGEST_PAGE = 10_000;

/** So many conditions and words are looked for at once: Elasticsearch refuses more than about a thousand, and each takes its time. */
const MOST_CONDITIONS = 500;

/** What a list request asks for; `undefined` stands for an answer that must be empty. */
export interface ListRequest {
  readonly search: DocumentSearch;
  readonly isImpossible: boolean;
}

/** Reads query string and body of a list. Fails with 400. */
export async function readListRequest(exchange: Exchange, kind: ListKind, scope: DocumentScope): Promise<ListRequest> {
  const { query } = exchange;
  const limit = numberOf(query, 'limit') || DEFAULT_LIMIT;
  const offset = numberOf(query, 'offset');
  const marker = query.getAll('marker').at(-1) || undefined;
  const body = await exchange.object();
  const asked = readSearch(body);
  const more = exchange.isV1 ? undefined : queryFilter(query, kind);
  const sort = exchange.isV1 ? undefined : sortOf(query, kind);
  const filter: DocumentFilter = { scope, ...conditionsOf(asked, more, kind) };
  const { match = [], matchNot = [], text = '' } = filter;
  if (match.length + matchNot.length + wordsOf(text).length > MOST_CONDITIONS) {
    throw badRequest(`a search has at most ${MOST_CONDITIONS} conditions and words`);
  }
  return {
    search: { ...filter, limit: Math.min(limit, LARGEST_PAGE), offset, ...(marker !== undefined && { marker }), ...(sort && { sort }) },
    isImpossible: asked.isImpossible,
  };
}

function conditionsOf(asked: SearchDocument, more: SearchDocument | undefined, kind: ListKind): Omit<DocumentFilter, 'scope'> {
  const match = [...asked.match, ...(more?.match ?? [])];
  const matchNot = [...asked.matchNot, ...(more?.matchNot ?? [])];
  const text = [asked.text, more?.text].filter((each) => each !== undefined).join(' ');
  const from = more?.timeAfter ?? asked.timeAfter;
  const to = more?.timeBefore ?? asked.timeBefore;
  const hasRange = kind.time !== undefined && (from !== undefined || to !== undefined);
  return {
    ...(match.length > 0 && { match }),
    ...(matchNot.length > 0 && { matchNot }),
    ...(text !== '' && { text }),
    ...(hasRange && kind.time !== undefined && { ranges: [{ path: kind.time, from, to }] }),
  };
}

/** Empty counts as not given, of several the last counts. */
function numberOf(query: URLSearchParams, name: string): number {
  const text = query.getAll(name).at(-1)?.split(',').at(-1)?.trim() ?? '';
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text)) throw badParameter(name, 'The value must be an integer.');
  const value = Number(text);
  if (value < 0) throw badParameter(name, 'The value must not be negative.');
  if (value > MAX_NUMBER) throw badParameter(name, `The value must not be larger than ${MAX_NUMBER}.`);
  return value;
}

/** `name=value` and `name!=value` for the names of the kind and for paths with a dot, `q` for words, `time_after`, `time_before`. */
function queryFilter(query: URLSearchParams, kind: ListKind): SearchDocument {
  const match: FieldMatch[] = [];
  const matchNot: FieldMatch[] = [];
  for (const [parameter, text] of query) {
    const isNegative = parameter.endsWith('!');
    const key = isNegative ? parameter.slice(0, -1) : parameter;
    if (!kind.filters.includes(key) && !key.includes('.')) continue;
    (isNegative ? matchNot : match).push({ key, value: scalarOf(text) });
  }
  const text = query.getAll('q').join(' ');
  const timeAfter = timeOf(query, 'time_after');
  const timeBefore = timeOf(query, 'time_before');
  return {
    ...EVERYTHING,
    match,
    matchNot,
    ...(text.trim() !== '' && { text }),
    ...(timeAfter !== undefined && { timeAfter }),
    ...(timeBefore !== undefined && { timeBefore }),
  };
}

const WORDS = new Map<string, Scalar>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** A text equals a stored number, too, so that only what is no number needs a type. */
const scalarOf = (text: string): Scalar => WORDS.get(text) ?? (text === 'null' ? null : text);

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.getAll(name).at(-1);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) throw badParameter(name, 'The value must be a number of seconds.');
  return value;
}

/** `sort=name`, `sort=name:desc`, `sort=name:asc`. */
function sortOf(query: URLSearchParams, kind: ListKind): DocumentSearch['sort'] {
  const text = query.getAll('sort').at(-1);
  if (text === undefined || text === '') return undefined;
  const [name = '', direction = 'asc'] = text.split(':');
  const path = Object.hasOwn(kind.sorts, name) ? kind.sorts[name] : Object.values(kind.sorts).find((each) => each === name);
  if (path === undefined) throw badParameter('sort', `The value must be one of ${Object.keys(kind.sorts).join(', ')}.`);
  if (direction !== 'asc' && direction !== 'desc') throw badParameter('sort', 'The direction must be asc or desc.');
  return { path, descending: direction === 'desc' };
}
