import type { CallOptions, JobListOptions } from '@freezer/client-sdk';
import type { ApiAccess } from './api-access.ts';

export interface JobPollOptions {
  readonly access: () => ApiAccess;
  readonly clientId: () => string;
  readonly central: boolean;
  /** How many writes of ours wait. Each makes the list another one, and says nothing that we do not know. */
  readonly waiting: () => number;
}

/** What the API says: nothing new, or all jobs that are not completed, or of them only those of which something is asked. */
export type PollAnswer = { readonly kind: 'unchanged' } | { readonly kind: 'jobs' | 'some'; readonly jobs: readonly unknown[] };

const PAGE = 500;
/** While more of our writes wait, the list is not read anew for them. */
const MANY_WRITES = 500;
/** Milliseconds: what others make, change or remove meanwhile is seen after this at the latest. */
const LONGEST_PARTIAL = 30_000;
const EVENTS = ['start', 'stop', 'abort'] as const;

/** Asks for the jobs of a client. Only a complete list is an answer: a page that fails makes the whole poll fail. */
export class JobPoll {
  readonly #options: JobPollOptions;
  #etag: string | undefined;
  #wholeAt = 0;
  #forgets = 0;

  constructor(options: JobPollOptions) {
    this.#options = options;
  }

  /**
   * Rejects with an `ApiError`, or with what the account threw. The etag of our server's first page tells of all jobs that match, so that one
   * request says that nothing changed, however many there are; servers of Python give none.
   */
  async ask(call: CallOptions = {}): Promise<PollAnswer> {
    const { client } = this.#options.access();
    if (this.#etag !== undefined && this.#options.waiting() > MANY_WRITES && performance.now() - this.#wholeAt < LONGEST_PARTIAL)
      return this.#askForEvents(call);
    const forgets = this.#forgets;
    const list = { ...this.#list(), ...call, limit: PAGE };
    const first = await client.jobs.pageIfChanged(this.#etag, list);
    if (first === undefined) return { kind: 'unchanged' };
    // Should anything below fail, the next poll must not hear that nothing changed.
    this.#etag = undefined;
    const jobs: unknown[] = [];
    for await (const job of client.jobs.all(list, first)) jobs.push(job);
    if (forgets === this.#forgets) this.#etag = first.etag;
    this.#wholeAt = performance.now();
    return { kind: 'jobs', jobs };
  }

  /** An abort waits for no list. */
  async #askForEvents(call: CallOptions): Promise<PollAnswer> {
    const { client } = this.#options.access();
    // What is in two of the lists had another event in between: the later answer counts.
    const jobs = new Map<string, unknown>();
    for (const event of EVENTS) {
      const { search, ...rest } = this.#list([{ event }]);
      for await (const job of client.jobs.all({ ...rest, ...call, limit: PAGE, search })) jobs.set(job.job_id, job);
    }
    return { kind: 'some', jobs: [...jobs.values()] };
  }

  /** The next answer comes whole, also when nothing changed. */
  forget(): void {
    this.#etag = undefined;
    this.#forgets += 1;
  }

  #list(match: readonly Readonly<Record<string, string>>[] = []) {
    const { clientId, central } = this.#options;
    return { allProjects: central, search: { match_not: [{ status: 'completed' }], match: [{ client_id: clientId() }, ...match] } } satisfies JobListOptions;
  }
}
