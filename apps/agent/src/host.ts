import type { ActionInput, ActionResult, ResolveInput, StandardInput } from '@freezer/agent';
import type { StopSignal } from './exit-code.ts';
import type { StatusLine } from './progress/status-line.ts';
import type { StandardOutput } from './standard-output.ts';

/** The process around a run, so that a run can be tried without one. */
export interface Host extends ResolveInput {
  readonly version: string;
  readonly pid: number;
  readonly now: () => number;
  /** Width of the terminal. */
  readonly columns: number;
  readonly out: StandardOutput;
  /** What `--stdin` reads. */
  readonly standardInput?: StandardInput;
  /** One line, ended, for people. */
  readonly complain: (line: string) => void;
  /** Standard error, where it is a terminal on which a line can be drawn anew. What is written there otherwise goes above that line. */
  readonly statusLine?: StatusLine | undefined;
  /** Ended lines for standard error. May fail. Without it they are written there as they are. */
  readonly standardError?: (lines: string) => void;
  /** Calls back for each SIGHUP until the returned function is called. */
  readonly onHangUp?: (hangUp: () => void) => () => void;
  /** Calls back for each signal that asks to stop, until the returned function is called. */
  readonly onStop: (stop: (signal: StopSignal) => void) => () => void;
  /** Sets names of the environment of this process, for what is opened or started later; undefined takes one away. */
  readonly changeEnvironment?: (changes: Readonly<Record<string, string | undefined>>) => void;
  readonly exitNow: (code: number) => never;
  readonly runAction: (input: ActionInput) => Promise<ActionResult>;
}
