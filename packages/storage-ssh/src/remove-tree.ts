import { type CallOptions, folderOfPath, TEMPORARY } from '@freezer/core';
import { entriesOf } from './entries.ts';
import { isStatus, STATUS } from './failure.ts';
import { lookAt, removeAll, syncFolder } from './folders.ts';
import type { Session } from './session.ts';
import type { Staging } from './staging.ts';

/** What is removed, and where it goes first. */
export interface TreeRemoval {
  readonly session: Session;
  readonly staging: Staging;
  readonly folder: string;
  readonly isContainer: boolean;
}

/** Takes a folder out of sight by one rename and deletes it then. A link is removed, not followed. Absent, or an object: nothing is done. */
export async function removeTreeAt({ session, staging, folder, isContainer }: TreeRemoval, options: CallOptions): Promise<void> {
  try {
    const found = await lookAt(session, folder);
    if (isContainer) await removeContents(session, staging, folder, options);
    else if (found?.isDirectory() === true || found?.isSymbolicLink() === true) await removeOne(session, staging, folder, options);
  } catch (error) {
    if (!isStatus(error, STATUS.absent)) throw error;
  }
}

async function removeOne(session: Session, staging: Staging, path: string, options: CallOptions): Promise<void> {
  const hidden = await staging.takeIn(path, options).catch(async (error: unknown) => {
    if (!isStatus(error, STATUS.failure) || !(await session.isFull(staging.base))) throw error;
    // What makes room needs none itself.
    return path;
  });
  await syncFolder(session, folderOfPath(path));
  if ((await lookAt(session, hidden))?.isDirectory() === true) await removeAll(session, hidden);
  else await session.unlink(hidden);
}

async function removeContents(session: Session, staging: Staging, folder: string, options: CallOptions): Promise<void> {
  for await (const batch of entriesOf(session, folder, options.signal)) {
    for (const { filename, attrs } of batch) {
      if (filename === TEMPORARY) continue;
      options.signal?.throwIfAborted();
      const path = folder === '/' ? `/${filename}` : `${folder}/${filename}`;
      if (attrs.isDirectory()) await removeOne(session, staging, path, options);
      else await session.unlink(path);
    }
  }
}
