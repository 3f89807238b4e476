import type { JobPoll } from '../api/job-poll.ts';
import type { JobSource, SourceAnswer } from './job-source.ts';

const isDocument = (job: unknown): job is Readonly<Record<string, unknown>> => typeof job === 'object' && job !== null && !Array.isArray(job);

/** Jobs of the API. */
export class ApiSource implements JobSource {
  readonly #poll: JobPoll;

  constructor(poll: JobPoll) {
    this.#poll = poll;
  }

  async ask(): Promise<SourceAnswer> {
    const answer = await this.#poll.ask();
    return answer.kind === 'unchanged' ? answer : { kind: answer.kind, jobs: answer.jobs.filter(isDocument).map((document) => ({ document })) };
  }

  forget(): void {
    this.#poll.forget();
  }

  watch(): void {
    // The API does not call.
  }

  close(): void {
    this.#poll.forget();
  }
}
