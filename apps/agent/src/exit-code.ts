import { FreezerError } from '@freezer/core';

/** What a caller of the command can tell apart. A run that was done but is incomplete ends with `--partial-exit-code`, 3 unless told otherwise. */
const EXIT = { done: 0, failed: 1, wrongUsage: 2, interrupted: 130, terminated: 143 } as const;

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** As a shell counts a program that a signal ended. */
export const exitCodeOfSignal = (signal: StopSignal): number => (signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);

/** `invalid` is what the caller wrote; everything else went wrong while doing it. */
export const exitCodeOfError = (error: unknown): number => (FreezerError.is(error, 'invalid') ? EXIT.wrongUsage : EXIT.failed);

export function exitCodeOfResult(result: 'success' | 'partial' | 'fail' | 'aborted', partialExitCode: number): number {
  if (result === 'success') return EXIT.done;
  return result === 'partial' ? partialExitCode : EXIT.failed;
}
