import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '@freezer/client-sdk';
import { FreezerError } from '@freezer/core';
import type { JobSchedule } from '@freezer/models';
import { textOf } from '../command-line/command.ts';
import type { CommandContext } from './outcome.ts';

const FIRST_PAUSE_SECONDS = 0.5;
const LONGEST_PAUSE_SECONDS = 5;

/** What the exit code of `--wait` says of a result. */
const EXIT_CODES: Readonly<Record<string, number>> = { success: 0, partial: 3, fail: 1, aborted: 1 };

/**
 * Follows a job that was asked to start until its run has ended, and tells each change. Resolves with the exit code.
 * A server that is away meanwhile is waited for; a job that was deleted or stopped before it ran is a failure, as is `--wait-limit`.
 */
export async function followJob(context: CommandContext, id: string): Promise<number> {
  const limit = limitOf(textOf(context.values, 'wait-limit'));
  const signal = limit === undefined ? context.signal : AbortSignal.any([context.signal, AbortSignal.timeout(limit * 1000)]);
  try {
    return await follow(context, id, signal);
  } catch (error) {
    if (signal.aborted && !context.signal.aborted)
      throw new FreezerError('timeout', `job ${id} has not ended within ${limit} s; it goes on without us`, { cause: error });
    throw error;
  }
}

async function follow({ client, say, warn }: CommandContext, id: string, signal: AbortSignal): Promise<number> {
  let etag: string | undefined;
  let told = '';
  let isAway = false;
  for (let pause = FIRST_PAUSE_SECONDS; ; pause = Math.min(LONGEST_PAUSE_SECONDS, pause * 1.3)) {
    try {
      const read = await client.jobs.getIfChanged(id, etag, { signal });
      isAway = false;
      if (read.state === 'absent') throw new FreezerError('not_found', `job ${id} was deleted meanwhile`);
      if (read.state === 'changed') {
        etag = read.etag;
        const schedule = read.document.job_schedule;
        const state = stateOf(schedule);
        if (state !== told) say(`Job ${id}: ${state}`);
        told = state;
        const exitCode = endOf(schedule);
        if (exitCode !== undefined) return exitCode;
      }
    } catch (error) {
      if (signal.aborted || !ApiError.is(error) || !error.retryable) throw error;
      if (!isAway) warn(`${error.message}; waiting for the server`);
      isAway = true;
    }
    await sleep(pause * 1000, undefined, { signal });
  }
}

/** Undefined while it waits or runs. A start empties the result, so one that is there is that of this run. */
function endOf({ event, status, result }: JobSchedule): number | undefined {
  if (status === 'running' || status === 'aborting' || event === 'start') return undefined;
  if (result !== undefined && result !== '') return EXIT_CODES[result] ?? 1;
  return status === 'stop' || status === 'removed' || status === 'completed' ? 1 : undefined;
}

function stateOf({ event, status, result, message }: JobSchedule): string {
  if (event === 'start') return 'waits for its scheduler';
  const words = [status || 'waits', result, message].filter((word) => word !== undefined && word !== '');
  return words.join(', ');
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!(seconds > 0) || seconds > 2_000_000) throw new FreezerError('invalid', `--wait-limit '${text}': it must be a number of seconds above 0`);
  return seconds;
}
