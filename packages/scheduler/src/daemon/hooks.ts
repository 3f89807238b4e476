import type { Logger } from '@freezer/core';
import type { ActionReading, JobReading } from '../documents/job-reading.ts';
import { runHook } from '../run/hook.ts';

export interface HookOptions {
  /** Of the host, around each job; empty or undefined: none. */
  readonly preHook: string | undefined;
  readonly postHook: string | undefined;
  readonly timeoutSeconds: number;
  /** Whether actions may name programs. */
  readonly fromJobs: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value : undefined);

/** Programs that run around jobs and actions. Each resolves to why it failed, or undefined. */
export class RunHooks {
  readonly #options: () => HookOptions;
  readonly #logger: Logger;

  constructor(options: () => HookOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  before(reading: JobReading): Promise<string | undefined> {
    return this.#run(this.#options().preHook, 'pre_hook', reading, {});
  }

  after(reading: JobReading, result: string): Promise<string | undefined> {
    return this.#run(this.#options().postHook, 'post_hook', reading, { FREEZER_JOB_RESULT: result });
  }

  async beforeAction(reading: JobReading, { values }: ActionReading): Promise<string | undefined> {
    return this.#options().fromJobs ? this.#run(textOf(values['pre_hook']), 'pre_hook', reading, {}) : undefined;
  }

  async afterAction(reading: JobReading, { values }: ActionReading, good: boolean): Promise<void> {
    if (!this.#options().fromJobs) return;
    if (good) await this.#run(textOf(values['post_hook']), 'post_hook', reading, {});
    else await this.#run(textOf(values['on_failure_hook']), 'on_failure_hook', reading, {});
  }

  async #run(command: string | undefined, name: string, { jobId }: JobReading, added: Readonly<Record<string, string>>): Promise<string | undefined> {
    if (command === undefined || command === '') return undefined;
    const { environment, timeoutSeconds } = this.#options();
    const given = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const failed = await runHook({ command, timeoutSeconds, environment: { ...Object.fromEntries(given), FREEZER_JOB_ID: jobId, ...added } });
    if (failed !== undefined) this.#logger.error({ job_id: jobId, hook: name, reason: failed }, 'a hook has failed');
    return failed;
  }
}
