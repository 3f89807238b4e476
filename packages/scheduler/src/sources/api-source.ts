import type { JobPoll } from '../api/job-poll.ts';
import type { JobSource, SourceAnswer } from './job-source.ts';

const isDocument = (job: unknown): job is Readonly<Record<string, unknown>> => typeof job === 'object' && job !== null && !Array.isArray(job);

/** Jobs of the API. */
export class ApiSource implements JobSource {
  readonly #poll: Pick<JobPoll, 'ask' | 'forget'>;
  readonly #closing = new AbortController();

  constructor(poll: Pick<JobPoll, 'ask' | 'forget'>) {
    this.#poll = poll;
  }

  async ask(): Promise<SourceAnswer> {
    const answer = await this.#poll.ask({ signal: this.#closing.signal });
    if (answer.kind === 'unchanged') return answer;
    const documents = answer.jobs.filter(isDocument);
    // Where something stands that is no document, a job may be missing: nothing is taken for removed.
    const kind = documents.length === answer.jobs.length ? answer.kind : 'some';
    return { kind, jobs: documents.map((document) => ({ document })) };
  }

  forget(): void {
    this.#poll.forget();
  }

  watch(): void {
    // The API does not call.
  }

  /** Whoever is asked and does not answer holds up no end. */
  close(): void {
    this.#closing.abort();
    this.#poll.forget();
  }
}
