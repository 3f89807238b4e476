import type { JobReading } from '../documents/job-reading.ts';

export interface JoinRequest {
  /** The tag that the job has. */
  readonly tag: number;
  /** When the run was to begin by the schedule, epoch milliseconds. */
  readonly roundAt: number;
  readonly signal: AbortSignal;
}

export interface Joined {
  /** `alone`: the session could not be joined, and the run is none of its round. `skip`: so it is not to begin. */
  readonly state: 'joined' | 'alone' | 'skip';
  readonly tag: number;
  /** Why it was not joined; '' where it was. */
  readonly reason: string;
}

/** Speaks with the API about sessions. */
export interface SessionDesk {
  /** Says that a member begins. Never rejects: a run that cannot join goes alone. */
  join(reading: JobReading, request: JoinRequest): Promise<Joined>;
  /** Says how it ended; resolves when that is safe, and delivered later. */
  leave(reading: JobReading, tag: number, result: string): Promise<void>;
}
