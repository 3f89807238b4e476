import type { FreezerClient } from '@freezer/client-sdk';
import type { SchedulerSettings } from '@freezer/scheduler';
import type { Host } from '../host.ts';

/** What a command of the API works with. */
export interface ApiCommandContext {
  readonly settings: SchedulerSettings;
  readonly host: Host;
  readonly client: FreezerClient;
  /** `-c`, or the default of this host. */
  readonly clientId: () => Promise<string>;
  /** Content of `--file`: a JSON object. */
  readonly document: () => Promise<Record<string, unknown>>;
  /** `-j`. */
  readonly job: () => string;
  /** `-s`. */
  readonly session: () => string;
}

/** Prints what it found. A failure is thrown. */
export type ApiCommand = (context: ApiCommandContext) => Promise<void>;
