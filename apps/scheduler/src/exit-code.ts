import { FreezerError } from '@freezer/core';

/** What the exit codes mean; those of Freezer, and those of sysexits.h where it uses them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** A run that is done but incomplete; of `status`: not running. */
  partial: 3,
  notRunning: 3,
  unknownWord: 64,
  unsupported: 69,
  /** A command of the API failed. */
  apiCommand: 70,
  /** Another scheduler has this client id. */
  taken: 75,
} as const;

/** The exit code for what a command threw. */
export function exitCodeOf(error: unknown): number {
  if (!FreezerError.is(error)) return EXIT.failed;
  if (error.code === 'invalid') return EXIT.usage;
  if (error.code === 'already_exists') return EXIT.taken;
  return error.code === 'unsupported' ? EXIT.unsupported : EXIT.failed;
}
