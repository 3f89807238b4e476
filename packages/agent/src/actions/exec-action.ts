import { FreezerError, messageOf } from '@freezer/core';
import type { Result, ResultDocument } from '@freezer/models';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { type CommandOutcome, programsOf, runCommand } from '../exec/run-command.ts';

/** Runs the program of `--command`. That it failed is a result with its output, not an error. */
export async function execAction(input: ActionInput): Promise<ActionResult> {
  const { settings, signal, now } = input;
  const { command, shell } = settings;
  if (command === undefined || command.trim() === '') throw new FreezerError('invalid', '--command option is required');
  const names = programsOf({ command, shell }).map(([name = '']) => name);
  if (settings.dry_run)
    return {
      result: 'success',
      output: { text: `would run ${names.join(' | ')}\n`, json: { action: 'exec', result: 'success', dry_run: true, programs: names } },
    };
  const startedAt = now();
  const outcome = await runCommand({ command, shell, timeLimitSeconds: settings.time_limit, environment: input.environment ?? {}, signal }).catch(
    (error: unknown) => {
      if (signal.aborted || !FreezerError.is(error)) throw error;
      throw new FreezerError(error.code, `Error: while executing script ${messageOf(error)}`, { cause: error });
    },
  );
  const result = outcome.failed ? 'fail' : 'success';
  const document = documentOf(input, outcome, result, { startedAt, finishedAt: now() });
  return {
    result,
    ...(outcome.failed && { failure: failureOf(outcome, settings.time_limit) }),
    // Python's scheduler takes whatever document it reads on standard output for that of a backup.
    ...(settings.metadata_out === '-' ? {} : { document }),
    output: { text: textOf(outcome), json: document },
  };
}

function failureOf({ program, code, endedBy, timedOut }: CommandOutcome, limit: number | undefined): string {
  if (timedOut) return `Error: while executing script ${program} the time limit of ${limit} seconds was exceeded`;
  if (endedBy !== null) return `Error: while executing script ${program} it was killed by ${endedBy}`;
  return `Error: while executing script ${program} return code was ${code} instead of 0`;
}

function textOf({ output }: CommandOutcome): string {
  const text = output.text();
  const note = output.isCut ? `(${output.total} bytes in all; these are the last 64 KiB)\n` : '';
  return `${note}${text}${text === '' || text.endsWith('\n') ? '' : '\n'}`;
}

function documentOf({ settings }: ActionInput, outcome: CommandOutcome, result: Result, times: { startedAt: number; finishedAt: number }): ResultDocument {
  return {
    action: 'exec',
    hostname: settings.hostname,
    result,
    program: outcome.program,
    return_code: outcome.code,
    killed_by: outcome.endedBy,
    timed_out: outcome.timedOut,
    started_at: new Date(times.startedAt).toISOString(),
    finished_at: new Date(times.finishedAt).toISOString(),
    output: outcome.output.text(),
    output_bytes: outcome.output.total,
    output_cut: outcome.output.isCut,
  };
}
