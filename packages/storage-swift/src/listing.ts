import type { CallOptions } from '@freezer/core';
import { parsed, property, type SwiftClient } from './client.ts';
import { type Deed, failure } from './failure.ts';

/** One line of a listing of a container. */
export interface ListedObject {
  readonly name: string;
  readonly size: number;
  readonly modifiedAt: number;
  /** MD5 of the bytes in hex; of a manifest something else. */
  readonly etag: string;
  /** A manifest of the static kind, whose size is that of the segments that it names. */
  readonly isStatic: boolean;
}

export interface ListingQuery extends CallOptions {
  readonly container: string;
  readonly prefix: string;
}

/** Asked for where the server does not tell how many it gives at most. */
const PAGE = 10_000;

/** Every object whose name begins with `prefix`, page by page, in the order of the names. A container that is absent has none. */
export async function* pagesOf(client: SwiftClient, deed: Deed, query: ListingQuery): AsyncGenerator<readonly ListedObject[], void, undefined> {
  for await (const page of rawPages(client, deed, query, {})) yield page.flatMap((line) => (typeof line === 'string' ? [] : [line]));
}

/** What lies directly below `prefix`: objects, and for all that lies deeper the name up to the next `/`, as text that ends in it. */
export async function* levelOf(client: SwiftClient, deed: Deed, query: ListingQuery): AsyncGenerator<ListedObject | string, void, undefined> {
  for await (const page of rawPages(client, deed, query, { delimiter: '/' })) yield* page;
}

async function* rawPages(
  client: SwiftClient,
  deed: Deed,
  { container, prefix, signal }: ListingQuery,
  more: Readonly<Record<string, string>>,
): AsyncGenerator<readonly (ListedObject | string)[], void, undefined> {
  const { listing } = await client.limits(deed, { signal });
  const limit = Math.min(listing ?? PAGE, PAGE);
  for (let marker = ''; ; ) {
    const query = { format: 'json', prefix, limit: `${limit}`, ...(marker !== '' && { marker }), ...more };
    const answer = await client.call(deed, { method: 'GET', container, query, accept: [200, 204, 404], signal });
    if (answer.status !== 200) return;
    const page = linesOf(deed, answer.text);
    yield page;
    const last = page.at(-1);
    // A server that does not tell its limit may give fewer than were asked for: only an empty page ends that.
    if (last === undefined || (listing !== undefined && page.length < limit)) return;
    marker = typeof last === 'string' ? last : last.name;
  }
}

function linesOf(deed: Deed, text: string): readonly (ListedObject | string)[] {
  const lines = parsed(text);
  if (!Array.isArray(lines)) throw failure('unexpected', deed, 'the listing cannot be understood');
  return lines.map((line: unknown) => {
    const folder = property(line, 'subdir');
    if (typeof folder === 'string') return folder;
    const [name, size, etag, modified] = ['name', 'bytes', 'hash', 'last_modified'].map((field) => property(line, field));
    if (typeof name !== 'string' || typeof size !== 'number') throw failure('unexpected', deed, 'the listing cannot be understood');
    return {
      name,
      size,
      etag: typeof etag === 'string' ? etag : '',
      // Without a zone, and meant as UTC.
      modifiedAt: typeof modified === 'string' ? Date.parse(`${modified}Z`) : Number.NaN,
      isStatic: property(line, 'slo_etag') !== undefined,
    };
  });
}
