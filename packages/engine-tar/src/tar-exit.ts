import { FreezerError, type ProgramExit } from '@freezer/core';

/** tar's own: some files differ; something went wrong that its messages name. */
export const JUDGED_EXITS = [0, 1, 2] as const;

/** Fails with `unexpected` when tar was killed, said something that is not understood, or failed without saying at what. */
export function checkTarExit(exits: readonly ProgramExit[], work: string, fatal: readonly string[], excuses: number): void {
  const exit = exits.find(({ name }) => name === 'tar');
  if (exit === undefined) throw new TypeError('tar: its exit is missing');
  if (exit.signal !== null) throw new FreezerError('unexpected', `tar: ${work} was ended by ${exit.signal}`);
  const [first] = fatal;
  if (first !== undefined) throw new FreezerError('unexpected', `tar: ${work} failed: ${first}`);
  if (exit.code !== 0 && excuses === 0) throw new FreezerError('unexpected', `tar: ${work} failed with exit code ${exit.code} and no reason`);
}
