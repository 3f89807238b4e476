import { hash } from 'node:crypto';
import type { DocumentFilter, DocumentScope, DocumentStore, Stored } from '@freezer/core';
import type { Item } from '../documents/item.ts';
import type { Answer, JsonText } from '../http/answer.ts';
import { isUnchanged } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ListKind } from './list-kind.ts';
import { type ListRequest, readListRequest } from './list-request.ts';

export type SeenSearch = Pick<DocumentFilter, 'match' | 'matchNot'>;

export interface ListOptions {
  readonly kind: ListKind;
  readonly documents: DocumentStore<Item>;
  readonly scope: DocumentScope;
  /** An item as the caller may see it, or its JSON text. */
  readonly shown: (stored: Stored<Item>) => object | string;
  /** The id in the store behind a marker, and the marker of an item, where they are not the same. */
  readonly marker?: { idOf(marker: string): Promise<string>; of(stored: Stored<Item>): string };
  /** Told what is asked for. */
  readonly seen?: (search: SeenSearch) => void;
}

/**
 * Answers a list: body as Freezer's; in version 2 with `X-Total-Count`, `X-Next-Marker` (while there are more) and `ETag`.
 * Unchanged since `If-None-Match`: 304, without reading a document.
 */
export async function answerList(exchange: Exchange, options: ListOptions): Promise<Answer> {
  const { kind, documents, scope, shown } = options;
  const request = await withStoredMarker(await readListRequest(exchange, kind, scope), options);
  if (request.isImpossible) return { status: 200, body: { [kind.name]: [] } };
  options.seen?.(request.search);
  const callOptions = { signal: exchange.signal };
  const { search } = request;
  if (exchange.isV1) {
    const found = await documents.search(search, callOptions);
    return { status: 200, json: listText(kind, found.map(shown)) };
  }
  // Before the search: what changes in between shows in the next answer, never in none.
  const mark = await documents.fingerprint(filterOf(search), callOptions);
  const etag = etagOf(exchange, request, mark);
  if (isUnchanged(exchange.header('if-none-match'), etag)) return { status: 304, headers: { etag } };
  const found = await documents.search({ ...search, limit: search.limit + 1 }, callOptions);
  const page = found.length > search.limit ? found.slice(0, search.limit) : found;
  const isWhole = page.length === found.length && search.marker === undefined && (search.offset === 0 || page.length > 0);
  const total = isWhole ? search.offset + page.length : await exchange.api.totals.count(kind.name, documents, filterOf(search), mark, callOptions);
  const last = page.at(-1);
  const next = page.length < found.length && last ? { 'x-next-marker': options.marker?.of(last) ?? last.id } : {};
  return { status: 200, json: listText(kind, page.map(shown)), headers: { etag, 'x-total-count': String(total), ...next } };
}

/** Put together by `+`, which copies nothing: the one copy is made when it is sent. */
function listText({ name }: ListKind, items: readonly (object | string)[]): JsonText {
  let text = `{"${name}":[`;
  let bytes = text.length + Math.max(0, items.length - 1) + 2;
  for (const [index, item] of items.entries()) {
    const part = typeof item === 'string' ? item : JSON.stringify(item);
    bytes += Buffer.byteLength(part);
    text += index === 0 ? part : `,${part}`;
  }
  return { text: `${text}]}`, bytes };
}

async function withStoredMarker(request: ListRequest, { marker: names }: ListOptions): Promise<ListRequest> {
  const { marker } = request.search;
  if (marker === undefined || !names) return request;
  return { ...request, search: { ...request.search, marker: await names.idOf(marker) } };
}

function filterOf({ scope, match, matchNot, text, ranges }: DocumentFilter): DocumentFilter {
  return { scope, ...(match && { match }), ...(matchNot && { matchNot }), ...(text !== undefined && { text }), ...(ranges && { ranges }) };
}

/** Of what was asked for, by whom (what he may see of an item may differ), and the state of the store. */
function etagOf({ caller, projectId }: Exchange, { search }: ListRequest, mark: string): string {
  const facts = JSON.stringify([mark, search, projectId, caller.projectId, caller.roles]);
  return `W/"${hash('sha256', facts, 'base64url').slice(0, 27)}"`;
}
