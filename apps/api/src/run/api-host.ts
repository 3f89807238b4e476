import type { SettingsHost } from '@freezer/settings';

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** The process around the service, so that a start can be tried without one. */
export interface ApiHost extends SettingsHost {
  readonly argv: readonly string[];
  readonly version: string;
  readonly pid: number;
  /** A line for people who start it, and for programs that wait until it listens: ended, to standard output. */
  readonly print: (line: string) => void;
  /** One line, ended, for people: to standard error. */
  readonly complain: (line: string) => void;
  /** Calls back for each signal that asks to stop. */
  readonly onStop: (stop: (signal: StopSignal) => void) => void;
  readonly onHangUp: (hangUp: () => void) => void;
  readonly exitNow: (code: number) => never;
}
