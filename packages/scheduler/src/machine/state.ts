import type { JobActionStatus, JobResult, JobStatus } from '@freezer/models';
import type { JobReading } from '../documents/job-reading.ts';
import type { Instant } from '../triggers/trigger.ts';

/** `queued`: due, and waiting for others to end. To the API that is `scheduled`. */
export type JobPhase = 'stopped' | 'scheduled' | 'queued' | 'running' | 'aborting';

/** What was asked of a run while it goes on. `remove`: its job is gone. */
export type RunWish = 'none' | 'stop' | 'abort' | 'remove';

/** A run that was given to the host. */
export interface RunMemory {
  /** Unlike that of any other run, of any job. */
  readonly runId: string;
  /** When it was to begin. */
  readonly plannedAt: Instant;
  readonly startedAt: Instant;
  readonly wish: RunWish;
  /** Whether it makes up for one that was lost: such a one is not repeated again. */
  readonly isRepeat: boolean;
  /** The next run waits only for this one's end (overlap `queue` and `kill-old`): when it was to begin. */
  readonly follower: Instant | null;
  /** Whether it may be repeated when it is lost. */
  readonly isRepeatable: boolean;
  /** Asked to start while it was ended: the job goes on afterwards. */
  readonly startAfter: boolean;
}

/** What is kept of a job beyond the life of the process. JSON. */
export interface JobMemory {
  readonly jobId: string;
  readonly phase: JobPhase;
  /** What the API was told last. */
  readonly status: JobStatus;
  readonly result: JobResult;
  readonly message: string;
  /** Seconds; -1: never. */
  readonly timeStarted: number;
  readonly timeEnded: number;
  /** Of the definition by which `next` was reckoned. */
  readonly scheduleKey: string;
  readonly contentKey: string;
  /** From where intervals without a start date are counted. */
  readonly anchor: Instant;
  /** `time_created` of the document: another one is another job under the same id. */
  readonly timeCreated: number;
  /** The next time by the schedule, before jitter and blackouts. */
  readonly next: Instant | null;
  /** No time up to this one begins a run again. */
  readonly lastPlanned: Instant | null;
  /** Counts runs. */
  readonly sequence: number;
  /** The next run may begin however late it is: it was in time once, or makes up for one. */
  readonly isExcused: boolean;
  /** The next run makes up for one that was lost. */
  readonly isRepeat: boolean;
  /** It is stopped because its document is wrong: a better one starts it. */
  readonly isBroken: boolean;
  /** An event that was obeyed and that the API may still show; `''`: none. */
  readonly acknowledged: string;
  /** Of the document that showed it, where versions are counted. */
  readonly acknowledgedVersion: number | null;
  readonly sessionTag: number;
  readonly run: RunMemory | null;
}

/** A job that the scheduler knows. */
export interface JobState {
  readonly memory: JobMemory;
  /** By it the next run goes. While a run goes on, that run keeps the one it began with. */
  readonly reading: JobReading;
  /** When the machine is to look at the job: begin of the next run, with jitter and after blackouts. */
  readonly due: Instant | null;
  /** Since when it is queued. */
  readonly queuedAt: Instant | null;
  /** Documents that were asked for before this instant may still show what was acknowledged. */
  readonly acknowledgedAt: Instant | null;
  /** The last repair of the API's side; null: none was needed. */
  readonly repair: Repair | null;
}

/** Something that the API did not know was told again. */
export interface Repair {
  readonly what: string;
  /** Until then the same is not told again. */
  readonly after: Instant;
  /** Milliseconds. */
  readonly pause: number;
}

/** How a run ended. */
export interface RunEnd {
  readonly runId: string;
  readonly result: Exclude<JobResult, ''> | 'lost';
  /** One line; '' for a success. */
  readonly message: string;
  readonly actions?: readonly JobActionStatus[];
  /** Of one that is lost: the scheduler ended before it began anything. */
  readonly neverBegan?: boolean;
  /** It was ended because the scheduler stops. */
  readonly byShutdown?: boolean;
}

/** What happens to one job. */
export type JobEvent =
  /** `askedAt`: when the request began whose answer this is. `settled`: no write about this job waits in the outbox. */
  | { readonly kind: 'document'; readonly reading: JobReading; readonly askedAt: Instant; readonly settled: boolean }
  /** It is in a whole list no more. */
  | { readonly kind: 'vanished' }
  /** The API has taken a write that acknowledged an event. */
  | { readonly kind: 'acknowledged' }
  /** The clock has come to `due`. */
  | { readonly kind: 'due' }
  /** The clock was put back by more than a day. */
  | { readonly kind: 'clock-back' }
  /** A place is free. */
  | { readonly kind: 'admitted' }
  /** It is due, and no place is free. */
  | { readonly kind: 'waiting' }
  /** An action's agent runs, or the session has given its tag. */
  | { readonly kind: 'run-progress'; readonly runId: string; readonly pid?: number; readonly sessionTag?: number }
  | ({ readonly kind: 'run-ended' } & RunEnd);

/** Keys of `job_schedule` that the scheduler writes. */
export interface StateKeys {
  readonly status?: JobStatus;
  readonly result?: JobResult;
  readonly event?: '';
  readonly time_started?: number;
  readonly time_ended?: number;
  readonly current_pid?: number;
  readonly message?: string;
  readonly next_run_at?: number;
  readonly queued_at?: number;
  readonly job_actions_status?: readonly JobActionStatus[];
}

/** What the machine wants done. */
export type Command =
  /** Through the outbox, in the order of the job's commands. `acknowledged`: the event that this write clears; another one stays. */
  | { readonly kind: 'write'; readonly jobId: string; readonly schedule: StateKeys; readonly sessionTag?: number; readonly acknowledged?: string }
  /** `run-ended` answers, whatever happens. */
  | {
      readonly kind: 'start-run';
      readonly jobId: string;
      readonly runId: string;
      readonly reading: JobReading;
      readonly plannedAt: Instant;
      /** The time of the schedule to which it belongs: that of the lost run where it makes up for one. */
      readonly roundAt: Instant;
      /** As the job says it: by it the API knows that this run and the result in the job are one. */
      readonly startedAt: Instant;
    }
  /** `after-action`: the action at work may end, the others do not begin. `run-ended` answers. */
  | {
      readonly kind: 'abort-run';
      readonly jobId: string;
      readonly runId: string;
      readonly reason: 'abort' | 'overlap' | 'remove';
      readonly mode: 'now' | 'after-action';
    }
  /** A run of an earlier process: `run-ended` answers, with `lost` when nobody knows how it ended. */
  | { readonly kind: 'adopt-run'; readonly jobId: string; readonly runId: string; readonly wish: RunWish }
  /** For the history: times of the schedule at which no run began. */
  | {
      readonly kind: 'record';
      readonly jobId: string;
      readonly what: 'missed' | 'skipped';
      readonly planned: Instant;
      readonly count: number;
      readonly message: string;
    }
  /** Durable, before commands that come after it are obeyed. */
  | { readonly kind: 'save'; readonly jobId: string; readonly memory: JobMemory }
  | { readonly kind: 'forget'; readonly jobId: string }
  | { readonly kind: 'tell'; readonly level: 'info' | 'warn' | 'error'; readonly jobId: string; readonly message: string };

/** What holds for all jobs of a scheduler. */
export interface MachineRules {
  /** Milliseconds between the moment in which a job without schedule is seen and its run. */
  readonly unscheduledDelay: number;
  /** What becomes of a run that a crash ended; `auto`: backups run again. */
  readonly onRestart: 'auto' | 'rerun' | 'mark-failed';
  /** What becomes of a run whose job is deleted. */
  readonly onDelete: 'finish-action' | 'abort';
  /** Of this host: jitter differs from host to host. */
  readonly salt: string;
}

/** What `step` makes of an event. `undefined`: the job is known no more. */
export interface Step {
  readonly state: JobState | undefined;
  readonly commands: readonly Command[];
}
