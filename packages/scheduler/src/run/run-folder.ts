import { join } from 'node:path';
import * as z from 'zod';
import { processMark } from './process-mark.ts';

/** Why the supervisor ended an agent. */
export type StopReason = 'abort' | 'timeout' | 'shutdown';

/** What the supervisor is asked to do; no secret stands in it. */
export const superviseRequest = z.object({
  /** Program and arguments. */
  command: z.array(z.string()).min(1),
  /** Where the result document comes from: descriptor 3, or standard output. */
  document: z.enum(['descriptor', 'output']),
  /** Seconds between SIGTERM and SIGKILL. */
  kill_grace: z.number().nonnegative(),
  /** Seconds; 0: as long as it takes. */
  time_limit: z.number().nonnegative(),
  /** Bytes of a result document that are kept. */
  largest_document: z.number().positive(),
});

export type SuperviseRequest = z.infer<typeof superviseRequest>;

/** Who runs, as soon as it runs. */
export const startedRecord = z.object({ agent: processMark, supervisor: processMark, at: z.number() });

export type StartedRecord = z.infer<typeof startedRecord>;

/** How the agent ended. */
export const outcomeRecord = z.object({
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  stopped: z.enum(['', 'abort', 'timeout', 'shutdown']),
  /** It could not be started: why. */
  failure: z.string().optional(),
  /** Milliseconds since the Unix epoch. */
  started_at: z.number(),
  ended_at: z.number(),
});

export type OutcomeRecord = z.infer<typeof outcomeRecord>;

/** How long a supervisor may take, on a busy machine, until `started` is written. */
export const START_MS = 2000;

/** Bytes of the agent's last words that are kept. */
export const LOG_TAIL_BYTES = 64 * 1024;

/** The files of one try of one action. */
export const runFiles = (folder: string) => ({
  request: join(folder, 'request.json'),
  /** Holds the action's secrets: removed as soon as the agent ended. */
  action: join(folder, 'action.ini'),
  started: join(folder, 'started.json'),
  /** Written by who wants the run to stop: the reason. */
  stop: join(folder, 'stop'),
  log: join(folder, 'log'),
  document: join(folder, 'document.json'),
  /** The last file: the run is over. */
  outcome: join(folder, 'outcome.json'),
});
