import type { CallOptions, JobListOptions } from '@freezer/client-sdk';
import type { ApiAccess } from './api-access.ts';

export interface JobPollOptions {
  readonly access: () => ApiAccess;
  readonly clientId: () => string;
  readonly central: boolean;
}

/** What the API says: nothing new, or all jobs that are not completed. */
export type PollAnswer = { readonly kind: 'unchanged' } | { readonly kind: 'jobs'; readonly jobs: readonly unknown[] };

const PAGE = 500;

/** Asks for the jobs of a client. Only a complete list is an answer: a page that fails makes the whole poll fail. */
export class JobPoll {
  readonly #options: JobPollOptions;
  #etag: string | undefined;

  constructor(options: JobPollOptions) {
    this.#options = options;
  }

  /**
   * Rejects with an `ApiError`, or with what the account threw. The etag of our server's first page tells of all jobs that match, so that one
   * request says that nothing changed, however many there are; servers of Python give none.
   */
  async ask(call: CallOptions = {}): Promise<PollAnswer> {
    const { client } = this.#options.access();
    const list = { ...this.#list(), ...call, limit: PAGE };
    const first = await client.jobs.pageIfChanged(this.#etag, list);
    if (first === undefined) return { kind: 'unchanged' };
    // Should anything below fail, the next poll must not hear that nothing changed.
    this.#etag = undefined;
    const jobs: unknown[] = [...first.items];
    if (first.nextMarker !== undefined || first.items.length >= PAGE) {
      const rest = first.nextMarker === undefined ? { ...list, offset: first.items.length } : { ...list, marker: first.nextMarker };
      for await (const job of client.jobs.all(rest)) jobs.push(job);
    }
    this.#etag = first.etag;
    return { kind: 'jobs', jobs };
  }

  /** The next answer comes whole, also when nothing changed. */
  forget(): void {
    this.#etag = undefined;
  }

  #list(): JobListOptions {
    const { clientId, central } = this.#options;
    return { allProjects: central, search: { match_not: [{ status: 'completed' }], match: [{ client_id: clientId() }] } };
  }
}
