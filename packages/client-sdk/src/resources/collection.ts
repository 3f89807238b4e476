import { ApiError } from '../api-error.ts';
import { segmentOf } from '../base-url.ts';
import type { Call, Caller, CallOptions } from '../caller.ts';
import { saysAbsent } from '../failure-of-status.ts';
import { type ListOptions, listRequest } from '../list-query.ts';
import type { ApiResponse } from '../transport/transport.ts';

/** One answer of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** For `marker` of the next page; undefined: this was the last, or the server does not page by marker. */
  readonly nextMarker: string | undefined;
  /** Of all items that match; undefined when the server does not count. */
  readonly total: number | undefined;
  /** For `pageIfChanged`; undefined when the server gives none. */
  readonly etag: string | undefined;
}

/** What a conditional read found. */
export type Changed<Document> =
  | { readonly state: 'unchanged' }
  | { readonly state: 'absent' }
  | { readonly state: 'changed'; readonly document: Document; readonly etag: string | undefined };

/** What a write left: the version of the document, where the server counts it. */
export interface Written {
  readonly id: string;
  readonly version: number | undefined;
}

/** For writes: only when the document still has this etag, else the call fails with `conflict`. Servers of Python ignore it. */
export interface WriteOptions extends CallOptions {
  readonly ifMatch?: string;
}

export interface CollectionSpec {
  /** As in URLs and as the key of lists: `jobs`. */
  readonly plural: string;
  /** For messages: `job`. */
  readonly singular: string;
  /** Key of the id in answers: `job_id`. */
  readonly idKey: string;
}

/** Where the API stands: asked before each call, since endpoint and project may come from a catalog. Ends in a slash. */
export type Root = (options: CallOptions) => Promise<string>;

const NEXT_MARKER = 'x-next-marker';
const TOTAL = 'x-total-count';
const PAGE_SIZE = 100;

/** What all kinds of documents have in common. Calls reject with `ApiError`, or with `signal.reason`. */
export class Collection<Item, Options extends ListOptions = ListOptions> {
  protected readonly caller: Caller;
  protected readonly spec: CollectionSpec;
  readonly #root: Root;

  constructor(caller: Caller, root: Root, spec: CollectionSpec) {
    this.caller = caller;
    this.#root = root;
    this.spec = spec;
  }

  /** One page: `limit` items at most, 10 when none is given. */
  async list(options?: Options): Promise<readonly Item[]> {
    return (await this.page(options)).items;
  }

  /** One page, with what the server says about the rest. */
  async page(options?: Options): Promise<Page<Item>> {
    const page = await this.#fetchPage(this.prepared(options), undefined);
    if (page === undefined) throw new ApiError('unexpected', `list ${this.spec.plural}: 304 without a condition`);
    return page;
  }

  /** The page, or `undefined` when it is still the one with that etag. */
  async pageIfChanged(etag: string | undefined, options?: Options): Promise<Page<Item> | undefined> {
    return this.#fetchPage(this.prepared(options), etag);
  }

  /**
   * All items, page by page (of `limit`, default 100): by marker where the server offers it, else by offset. `first`: the first page, where that was read
   * already. An item that is removed while it is the marker would end the list: then it is read again, and what is known already is left out.
   */
  async *all(options?: Options, first?: Page<Item>): AsyncGenerator<Item, void, undefined> {
    const prepared = this.prepared(options);
    const limit = prepared.limit ?? PAGE_SIZE;
    const start: ListOptions = { ...prepared, limit };
    const known = new Set<string>();
    let at = start;
    let read = first;
    /** How many there were when the list was last begun anew. */
    let before: number | undefined;
    for (;;) {
      const page = read ?? (await this.#fetchPage(at, undefined));
      read = undefined;
      if (page === undefined) return;
      if (page.items.length === 0 && at.marker !== start.marker) {
        // There was more behind the marker when it was named.
        if (before === known.size) return;
        before = known.size;
        at = start;
        continue;
      }
      for (const item of page.items) {
        const key = this.#keyOf(item);
        if (before !== undefined && known.has(key)) continue;
        known.add(key);
        yield item;
      }
      if (page.nextMarker !== undefined) {
        const { offset: _, ...rest } = at;
        at = { ...rest, marker: page.nextMarker };
      } else {
        if (at.marker !== undefined || page.items.length < limit) return;
        at = { ...at, offset: (at.offset ?? 0) + page.items.length };
      }
    }
  }

  /** Ids are a project's own. Clients have theirs one level deeper. */
  #keyOf(item: Item): string {
    const document = item as Readonly<Record<string, unknown>>;
    const inner = document[this.spec.singular] as Readonly<Record<string, unknown>> | undefined;
    const id = document[this.spec.idKey] ?? inner?.[this.spec.idKey];
    return JSON.stringify(id === undefined ? document : [document['project_id'], id]);
  }

  /** The document, or `undefined` when there is none of that id that the caller may see. */
  async get(id: string, options: CallOptions = {}): Promise<Item | undefined> {
    const found = await this.getIfChanged(id, undefined, options);
    return found.state === 'changed' ? found.document : undefined;
  }

  /** For polling: the document only when it is another than the one with that etag. */
  async getIfChanged(id: string, etag: string | undefined, options: CallOptions = {}): Promise<Changed<Item>> {
    const call = {
      ...options,
      method: 'GET',
      url: await this.urlOf(options, id),
      purpose: `get ${this.spec.singular} ${id}`,
      expected: etag === undefined ? [200, 404] : [200, 304, 404],
      ...(etag !== undefined && { headers: { 'if-none-match': etag } }),
    } as const;
    const response = await this.caller.send(call);
    if (response.status === 304) return { state: 'unchanged' };
    if (response.status === 404) {
      refuseOtherServer(response, call.purpose);
      return { state: 'absent' };
    }
    return { state: 'changed', document: this.caller.objectOf(response, call) as Item, etag: response.header('etag') };
  }

  /** Removes it. What is not there counts as removed, except on v1 servers, which answer `not_found`. */
  async delete(id: string, options: WriteOptions = {}): Promise<void> {
    await this.caller.send({
      ...options,
      method: 'DELETE',
      url: await this.urlOf(options, id),
      purpose: `delete ${this.spec.singular} ${id}`,
      expected: [204],
      ...conditionOf(options),
    });
  }

  /** Options of one kind of document in terms of those of all. */
  protected prepared(options: Options | undefined): ListOptions {
    return options ?? {};
  }

  protected async urlOf(options: CallOptions, ...segments: readonly string[]): Promise<string> {
    const root = `${await this.#root(options)}${this.spec.plural}/`;
    return `${root}${segments.map((segment) => segmentOf(segment, this.spec.singular)).join('/')}`;
  }

  /** Creates a document, or with an id creates or replaces it. */
  protected async post(document: object, id: string | undefined, options: WriteOptions & Pick<Call, 'headers' | 'isRepeatable'>): Promise<Written> {
    const { document: answer } = await this.caller.json({
      ...options,
      method: 'POST',
      url: await this.urlOf(options, ...(id === undefined ? [] : [id])),
      purpose: `create ${this.spec.singular}${id === undefined ? '' : ` ${id}`}`,
      expected: [201],
      body: document,
      headers: { ...options.headers, ...conditionOf(options).headers },
    });
    return this.#writtenOf(answer, id);
  }

  protected async patch(id: string, change: object, options: WriteOptions): Promise<Record<string, unknown>> {
    const { document } = await this.caller.json({
      ...options,
      method: 'PATCH',
      url: await this.urlOf(options, id),
      purpose: `update ${this.spec.singular} ${id}`,
      expected: [200],
      body: change,
      ...conditionOf(options),
    });
    return document;
  }

  protected async change(id: string, change: object, options: WriteOptions): Promise<Written> {
    return this.#writtenOf(await this.patch(id, change, options), id);
  }

  #writtenOf(answer: Record<string, unknown>, id: string | undefined): Written {
    const { [this.spec.idKey]: given, version } = answer;
    const known = typeof given === 'string' && given !== '' ? given : id;
    if (known === undefined) throw new ApiError('unexpected', `create ${this.spec.singular}: the answer has no ${this.spec.idKey}`);
    return { id: known, version: typeof version === 'number' ? version : undefined };
  }

  async #fetchPage(options: ListOptions, etag: string | undefined): Promise<Page<Item> | undefined> {
    const { query, body } = listRequest(options, this.caller.transport.sendsGetBodies);
    const text = query.toString();
    const call = {
      ...options,
      method: 'GET',
      url: `${await this.urlOf(options)}${text === '' ? '' : `?${text}`}`,
      purpose: `list ${this.spec.plural}`,
      expected: etag === undefined ? [200] : [200, 304],
      ...(body !== undefined && { body }),
      ...(etag !== undefined && { headers: { 'if-none-match': etag } }),
    } as const;
    const response = await this.caller.send(call);
    if (response.status === 304) return undefined;
    const items = this.caller.objectOf(response, call)[this.spec.plural];
    if (!Array.isArray(items)) throw new ApiError('unexpected', `list ${this.spec.plural}: the answer has no list of ${this.spec.plural}`);
    const total = response.header(TOTAL);
    return {
      items: items as Item[],
      nextMarker: markerOf(response.header(NEXT_MARKER)),
      total: total !== undefined && /^\d+$/.test(total) ? Number(total) : undefined,
      etag: response.header('etag'),
    };
  }
}

// An id may hold what a header may not.
function markerOf(header: string | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}

function conditionOf({ ifMatch }: WriteOptions): { readonly headers?: Readonly<Record<string, string>> } {
  return ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } };
}

// A wrong endpoint must not look like an absent document.
function refuseOtherServer(response: ApiResponse, purpose: string): void {
  if (saysAbsent(response.text)) return;
  throw new ApiError('unsupported', `${purpose}: 404, the server does not know this path; is the endpoint right, and its version?`, { status: 404 });
}
