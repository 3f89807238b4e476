import type { SchedulerHost } from '@freezer/scheduler';

/** What a command needs of the process. */
export interface Host extends SchedulerHost {
  readonly version: string;
  readonly columns: number;
  readonly now: () => number;
  /** The script that runs, for a copy of it in the background. */
  readonly script: string;
  /** Program and arguments of what watches over one agent. */
  readonly supervisor: readonly string[];
  /** Folders in which the agent lies when it was installed together with us. */
  readonly beside: readonly string[];
  readonly print: (text: string) => void;
  readonly complain: (line: string) => void;
}
