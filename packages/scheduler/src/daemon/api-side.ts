import type { JobReading } from '../documents/job-reading.ts';
import type { Command } from '../machine/state.ts';

/** What the scheduler tells the API besides asking it for jobs. */
export interface ApiSide {
  /** Before each poll. Rejects while the API does not know this client. */
  prepare(signal?: AbortSignal): Promise<void>;
  /** Another scheduler has our client id: no run may begin. */
  readonly standby: boolean;
  /** Resolves when the change is safe; it is delivered later, in order. */
  write(command: Command & { readonly kind: 'write' }, reading: JobReading | undefined): Promise<void>;
  /** Whether no change of a job waits, and none was delivered at or after `since` (epoch milliseconds). */
  settled(jobId: string, since: number): boolean;
  /** A job is known no more. */
  gone(jobId: string): Promise<void>;
  /** Calls when the API has taken a change that acknowledged an event. */
  onAcknowledged(call: (jobId: string) => void): void;
  /** Calls when the API has refused a change for good: what it shows of a job is not true any more. */
  onRefused(call: () => void): void;
  readonly undelivered: number;
  /** A poll went well: the API is there. */
  polled(): void;
  /** Delivers what it can within so many milliseconds, the rest is for the next process, and says good-bye, which may take as long. */
  close(milliseconds: number): Promise<void>;
}
