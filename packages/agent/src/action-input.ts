import type { Logger } from '@freezer/core';
import type { JsonValue, Result, ResultDocument } from '@freezer/models';
import type { Progress } from './progress/progress.ts';
import type { RunLimits } from './run-limits.ts';
import type { ActionName } from './settings/option.ts';
import type { Settings } from './settings/settings.ts';
import type { StorageSection } from './settings/storage-sections.ts';
import type { StandardInput } from './stream/standard-input.ts';

/** What an app hands to the actions: settled settings and everything that comes from outside. */
export interface ActionInput {
  readonly action: ActionName;
  readonly settings: Settings;
  /** Whether `--engine` was given. Else an action that reads takes the engine that made the set. */
  readonly engineNamed?: boolean;
  /** Whether `--hostname` was given: a listing then shows the sets of that host only. */
  readonly hostNamed?: boolean;
  /** Several storages at once; when there are any, they stand in place of `settings.storage` and `settings.container`. */
  readonly storageSections: readonly StorageSection[];
  /** The command line for the result document, without secrets. */
  readonly cli: string;
  /** The version of the app. */
  readonly version: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What changes the limits of the settings while the run goes on. Without it they stay. */
  readonly limits?: RunLimits;
  /** Is told how far the run has come. Without it nobody counts. */
  readonly progress?: Progress;
  /** Handed on whole to the program of the action exec; nothing else reads it. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What `--stdin` reads; undefined: there is none. */
  readonly standardInput?: StandardInput;
  /** For output that is bytes (a file restored to standard output). Resolves when more may be written. Texts go into the result. */
  readonly writeOut: (chunk: Uint8Array) => Promise<void>;
}

/** What an action has to show. One of the two is printed, as `--json` says. */
export interface ActionOutput {
  /** For people: whole lines. May be long, and is then produced as it is read. */
  readonly text: string | AsyncIterable<string>;
  /** One JSON value. */
  readonly json: unknown;
  /** In place of `json`: ended lines, each a JSON value, produced as they are read. */
  readonly jsonLines?: AsyncIterable<string>;
}

export interface ActionResult {
  readonly result: Result;
  /** Of a `fail` that has results all the same: why, in one line for people. */
  readonly failure?: string | undefined;
  /** For `--metadata-out` and `--metadata-fd`. */
  readonly document?: ResultDocument | readonly JsonValue[] | undefined;
  readonly output?: ActionOutput | undefined;
}
