import { createInterface } from 'node:readline';
import { FreezerError } from '@freezer/core';
import { complain } from '@freezer/terminal';

/** Asks until the answer is y or n. Fails with `aborted` when it is n, or when nobody answers. */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  const ask = (): void => complain(`${question} (y/n) `);
  ask();
  for await (const answer of createInterface({ input: process.stdin })) {
    const word = answer.trim().toLowerCase();
    if (word === 'y' || word === 'yes') return;
    if (word === 'n' || word === 'no') throw new FreezerError('aborted', 'answered with no: nothing was changed');
    ask();
  }
  throw new FreezerError('aborted', 'nobody answered, so nothing was changed; -y answers with yes');
}
