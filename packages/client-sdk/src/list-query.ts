import type { CallOptions } from './caller.ts';

/** A value that is compared with what an item has under that name, at any depth. */
export type FilterValue = string | number | boolean | null;

/** Freezer's search document. Each pair of `match` must hold; an item for which one of `match_not` holds is left out. `_all`: text anywhere. */
export interface SearchDocument {
  readonly match?: readonly Readonly<Record<string, FilterValue>>[];
  readonly match_not?: readonly Readonly<Record<string, FilterValue>>[];
  /** Epoch seconds, of backups. */
  readonly time_after?: number;
  readonly time_before?: number;
}

/** Which items, in which order. Everything that a server does not know it ignores: servers of Python know limit, offset and search alone. */
export interface ListOptions extends CallOptions {
  /** Size of a page; default: the server's, 10. */
  readonly limit?: number;
  readonly offset?: number;
  /** Where the page before ended: its `nextMarker`. */
  readonly marker?: string;
  readonly search?: SearchDocument;
  /** Shorthand of a `match` for each pair. */
  readonly filters?: Readonly<Record<string, FilterValue>>;
  /** Shorthand of a `match` on `_all`: words anywhere in the item, in any case. */
  readonly text?: string;
  /** Our server only: a field, or `field:desc`. */
  readonly sort?: string;
  /** Our server only: epoch seconds between which the item's time lies. */
  readonly after?: number;
  readonly before?: number;
  /** Other query parameters, as they are. */
  readonly query?: Readonly<Record<string, string>>;
}

export interface ListRequest {
  readonly query: URLSearchParams;
  readonly body?: SearchDocument;
}

/** The request of a list: search in the body where a body can be sent, as query parameters where not. */
export function listRequest(options: ListOptions, sendsBodies: boolean): ListRequest {
  const query = new URLSearchParams(options.query);
  if (options.limit !== undefined) query.set('limit', String(options.limit));
  if (options.offset !== undefined) query.set('offset', String(options.offset));
  if (options.marker !== undefined) query.set('marker', options.marker);
  if (options.sort !== undefined) query.set('sort', options.sort);
  if (options.after !== undefined) query.set('time_after', String(options.after));
  if (options.before !== undefined) query.set('time_before', String(options.before));
  const search = searchOf(options);
  if (search === undefined) return { query };
  if (sendsBodies) return { query, body: search };
  writeSearch(search, query);
  return { query };
}

function searchOf({ search, filters, text }: ListOptions): SearchDocument | undefined {
  // Servers look for `_all` in the first pair only.
  const match = [
    ...(text === undefined || text === '' ? [] : [{ _all: text }]),
    ...(search?.match ?? []),
    ...Object.entries(filters ?? {}).map(([name, value]) => ({ [name]: value })),
  ];
  if (match.length === 0 && (search === undefined || Object.keys(search).length === 0)) return undefined;
  return { ...search, ...(match.length > 0 && { match }) };
}

function writeSearch(search: SearchDocument, query: URLSearchParams): void {
  for (const pair of search.match ?? []) for (const [name, value] of Object.entries(pair)) query.append(name === '_all' ? 'q' : name, String(value));
  for (const pair of search.match_not ?? []) for (const [name, value] of Object.entries(pair)) query.append(`${name}!`, String(value));
  if (search.time_after !== undefined) query.set('time_after', String(search.time_after));
  if (search.time_before !== undefined) query.set('time_before', String(search.time_before));
}
