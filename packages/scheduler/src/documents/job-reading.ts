import type { JobEventName, JobResult, JobStatus } from '@freezer/models';
import type { Plan } from '../triggers/trigger.ts';

/** One action, as far as the rules of a run need it. */
export interface ActionReading {
  /** Of the agent: `backup` where none is named. */
  readonly action: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Tries in all: `max_retries` and one. */
  readonly tries: number;
  /** Seconds between two tries. */
  readonly retryInterval: number;
  readonly mandatory: boolean;
  /** Seconds; undefined: the host's. */
  readonly timeout: number | undefined;
}

/** What a job says about when and how it runs. */
export type JobContent =
  | { readonly kind: 'job'; readonly plan: Plan; readonly actions: readonly ActionReading[]; readonly warnings: readonly string[] }
  /** It cannot run: why, in one line with the key that is wrong. */
  | { readonly kind: 'problem'; readonly message: string };

/** What others have written of the job: the API's side of its state. Seconds since the epoch, -1: never. */
export interface ToldState {
  /** Also words that nobody knows. */
  readonly event: JobEventName | (string & {});
  readonly status: JobStatus;
  readonly result: JobResult;
  readonly timeCreated: number;
  readonly timeStarted: number;
  readonly timeEnded: number;
  readonly nextRunAt: number;
}

/** A job document that has been read. It always has an id; whatever else is wrong with it is its `content`. */
export interface JobReading {
  readonly jobId: string;
  readonly description: string;
  readonly clientId: string;
  readonly projectId: string | undefined;
  readonly trustId: string | undefined;
  readonly sessionId: string | undefined;
  readonly sessionTag: number;
  readonly told: ToldState;
  readonly content: JobContent;
  /** Changes with whatever decides when it runs. */
  readonly scheduleKey: string;
  /** Changes with whatever the user decides. */
  readonly contentKey: string;
  /** Higher ones run first. */
  readonly priority: number;
  /** Runs that share one of these are never at work together. */
  readonly resources: readonly string[];
  /** As it came. */
  readonly document: Readonly<Record<string, unknown>>;
}
