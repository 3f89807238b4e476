/** Takes what a scheduler counts. */
export interface Meter {
  /** A poll, and how long it took. */
  poll(result: 'success' | 'unchanged' | 'fail', seconds: number): void;
  /** How many jobs are in each state. */
  jobs(counts: Readonly<Record<string, number>>): void;
  /** A run that ended, and how long it took. */
  run(result: string, seconds: number | undefined): void;
  missed(count: number): void;
  skipped(count: number): void;
  outbox(size: number): void;
  apiError(code: string): void;
  /** Seconds between the time of a run and its start. */
  lateness(seconds: number): void;
  /** Seconds by which the clock jumped. */
  clockJump(seconds: number): void;
}

const nothing = (): void => undefined;

/** Counts nothing. */
export const NO_METER: Meter = {
  poll: nothing,
  jobs: nothing,
  run: nothing,
  missed: nothing,
  skipped: nothing,
  outbox: nothing,
  apiError: nothing,
  lateness: nothing,
  clockJump: nothing,
};
