import { type CallOptions, FreezerError, type RetryPolicy, retry } from '@freezer/core';
import type { Account } from './account.ts';
import { type Deed, failureOfStatus } from './failure.ts';
import { encoded } from './place.ts';
import type { Answer, Call, OpenAnswer, Transport } from './transport.ts';

/** A request to the account, a container or an object. */
export interface SwiftCall extends CallOptions {
  readonly method: Call['method'];
  readonly container?: string;
  readonly name?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt. */
  readonly body?: () => Uint8Array | AsyncIterable<Uint8Array>;
  /** Statuses that are no failure; by default all of 200 to 299. */
  readonly accept?: readonly number[];
}

/** What a Swift says that it can do; absent where it does not tell. */
export interface SwiftLimits {
  readonly listing: number | undefined;
  readonly bulkDelete: number | undefined;
  readonly manifestSegments: number | undefined;
}

const ERROR_TEXT_BYTES = 4096;
/** How long a server that was given up may keep silent: what is still asked of it clears up. */
const HOPELESS_MS = 5000;

/** Requests to one account: with a token that is renewed once when it is refused, and repeated while what is wrong may pass. */
export class SwiftClient {
  readonly #account: Account;
  readonly #transport: Transport;
  readonly policy: RetryPolicy;
  #limits: Promise<SwiftLimits> | undefined;

  constructor(account: Account, transport: Transport, policy: RetryPolicy) {
    this.#account = account;
    this.#transport = transport;
    this.policy = policy;
  }

  /** Logs in and finds the account, so that what is wrong there is told at once. */
  async storageUrl(options: CallOptions = {}): Promise<string> {
    return await this.#account.storageUrl(options.signal);
  }

  /** A request, repeated while it fails for a reason that may pass. */
  async call(deed: Deed, call: SwiftCall): Promise<Answer> {
    return await retry(`${deed.operation} ${deed.key}`, () => this.once(deed, call), { ...this.policy, signal: call.signal });
  }

  /** The same, made once; its answer is small. */
  async once(deed: Deed, call: SwiftCall): Promise<Answer> {
    const { status, header, bytes } = await this.open(deed, call);
    return { status, header, text: await textOf(bytes, Number.POSITIVE_INFINITY) };
  }

  /** One attempt, with a second token when the first is refused. Resolves when the headers of the answer are there. */
  async open(deed: Deed, call: SwiftCall): Promise<OpenAnswer> {
    const token = await this.#account.token(call.signal);
    let answer = await this.#send(deed, call, token);
    if (answer.status === 401 && call.accept?.includes(401) !== true) {
      await textOf(answer.bytes, ERROR_TEXT_BYTES);
      answer = await this.#send(deed, call, await this.#account.renew(token, call.signal));
    }
    const { status, header, bytes } = answer;
    if ((status >= 200 && status < 300) || call.accept?.includes(status) === true) {
      // Of a GET the headers say little: its bytes may never come. Who reads them ends it.
      if (call.method !== 'GET') this.policy.outage?.end();
      return answer;
    }
    const text = await textOf(bytes, ERROR_TEXT_BYTES);
    throw failureOfStatus(deed, { status, text: call.method === 'HEAD' ? '' : text, retryAfter: header('retry-after') });
  }

  /** What `/info` tells. It is asked once; a server that does not answer has no limits that are known. */
  async limits(deed: Deed, { signal }: CallOptions = {}): Promise<SwiftLimits> {
    this.#limits ??= this.#askLimits({ ...deed, operation: 'info' }, signal);
    return await this.#limits;
  }

  async #askLimits(deed: Deed, signal: AbortSignal | undefined): Promise<SwiftLimits> {
    try {
      const url = new URL('/info', await this.#account.storageUrl(signal)).href;
      const { status, text } = await this.#transport.call(deed, { method: 'GET', url, headers: {}, signal });
      const info = status === 200 ? parsed(text) : undefined;
      const number = (room: string, name: string): number | undefined => {
        const value = property(property(info, room), name);
        return typeof value === 'number' && value > 0 ? value : undefined;
      };
      return {
        listing: number('swift', 'container_listing_limit'),
        bulkDelete: number('bulk_delete', 'max_deletes_per_request'),
        manifestSegments: number('slo', 'max_manifest_segments'),
      };
    } catch (error) {
      signal?.throwIfAborted();
      if (!FreezerError.is(error)) throw error;
      return { listing: undefined, bulkDelete: undefined, manifestSegments: undefined };
    }
  }

  async #send(deed: Deed, call: SwiftCall, token: string): Promise<OpenAnswer> {
    const { method, container, name, query, headers, body, signal } = call;
    const path = [container, name].flatMap((part) => (part === undefined ? [] : [`/${encoded(part)}`])).join('');
    const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
    const url = `${await this.#account.storageUrl(signal)}${path}${search}`;
    const idleMs = this.policy.outage?.isHopeless === true ? HOPELESS_MS : undefined;
    const attempt = () => this.#transport.open(deed, { method, url, headers: { ...headers, 'x-auth-token': token }, body: body?.(), signal, idleMs });
    return body === undefined || this.policy.outage === undefined ? await attempt() : await this.policy.outage.transfer(attempt);
  }
}

/** Reads an answer to its end, and keeps of it what is wanted. */
async function textOf(bytes: AsyncIterable<Uint8Array>, wanted: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > wanted) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The parsed text; undefined when it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A property of something that may be no object. */
export const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
