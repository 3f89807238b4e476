import type { CallOptions, JobListOptions } from '@freezer/client-sdk';
import type { ApiAccess } from './api-access.ts';

export interface JobPollOptions {
  readonly access: ApiAccess;
  readonly clientId: string;
  readonly central: boolean;
}

/** What the API says: nothing new, or all jobs that are not completed. */
export type PollAnswer = { readonly kind: 'unchanged' } | { readonly kind: 'jobs'; readonly jobs: readonly unknown[] };

/** Of servers whose answers have no etag. */
const SMALL_PAGE = 500;
/** Of those that have: then one request says that nothing changed, however many jobs there are. */
const LARGE_PAGE = 10_000;

/** Asks for the jobs of a client. Only a complete list is an answer: a page that fails makes the whole poll fail. */
export class JobPoll {
  readonly #options: JobPollOptions;
  #etag: string | undefined;
  #limit = SMALL_PAGE;

  constructor(options: JobPollOptions) {
    this.#options = options;
  }

  /** Rejects with an `ApiError`, or with what the account threw. */
  async ask(call: CallOptions = {}): Promise<PollAnswer> {
    const { client } = this.#options.access;
    const list = { ...this.#list(), ...call, limit: this.#limit };
    const first = await client.jobs.pageIfChanged(this.#etag, list);
    if (first === undefined) return { kind: 'unchanged' };
    // Valid until the next write, should anything below fail.
    this.#etag = undefined;
    const jobs: unknown[] = [...first.items];
    let whole = first.nextMarker === undefined && first.items.length < this.#limit;
    if (!whole) {
      const rest = first.nextMarker === undefined ? { ...list, offset: first.items.length } : { ...list, marker: first.nextMarker };
      for await (const job of client.jobs.all(rest)) jobs.push(job);
    }
    if (first.etag !== undefined) {
      whole = whole && first.items.length < this.#limit;
      this.#limit = LARGE_PAGE;
      if (whole) this.#etag = first.etag;
    }
    return { kind: 'jobs', jobs };
  }

  /** The next answer comes whole, also when nothing changed. */
  forget(): void {
    this.#etag = undefined;
  }

  #list(): JobListOptions {
    const { clientId, central } = this.#options;
    return { allProjects: central, search: { match_not: [{ status: 'completed' }], match: [{ client_id: clientId }] } };
  }
}
