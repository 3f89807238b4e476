import { abortable } from '@freezer/core';
import type { FileEntryWithStats } from 'ssh2';
import { isLost, isStatus, STATUS } from './failure.ts';
import type { Session } from './session.ts';

/** Requests for names that wait for their answers; an answer of OpenSSH holds 100 names. */
const REQUESTS_IN_FLIGHT = 4;

/**
 * The names in a folder, as the server gives them, with what they are; never `.`, `..` or a name that is no UTF-8 (it has no key).
 * None when it is absent or no folder.
 */
export async function* entriesOf(session: Session, folder: string, signal?: AbortSignal): AsyncGenerator<readonly FileEntryWithStats[], void, undefined> {
  signal?.throwIfAborted();
  const handle = await abortable(openFolder(session, folder), signal);
  if (handle === undefined) return;
  const answers: Promise<readonly FileEntryWithStats[] | undefined>[] = [];
  try {
    for (;;) {
      while (answers.length < REQUESTS_IN_FLIGHT) {
        const answer = session.readdir(handle);
        // Those that nobody waits for any more fail unseen.
        answer.catch(() => undefined);
        answers.push(answer);
      }
      const entries = await abortable(answers.shift() ?? Promise.resolve(undefined), signal);
      if (entries === undefined) return;
      yield entries.filter(({ filename }) => !filename.includes('\uFFFD'));
      signal?.throwIfAborted();
    }
  } finally {
    // A server answers in order: what is still asked for is answered first.
    if (!session.lost.aborted) session.close(handle).catch(() => undefined);
  }
}

async function openFolder(session: Session, folder: string): Promise<Buffer | undefined> {
  try {
    return await session.opendir(folder);
  } catch (error) {
    if (isStatus(error, STATUS.absent)) return undefined;
    // Some servers have another word for an object that is no folder.
    if (!isLost(error) && isStatus(error, STATUS.failure) && !(await session.stat(folder)).isDirectory()) return undefined;
    throw error;
  }
}
