import { folderOfPath, nameOfPath } from '@freezer/core';
import { isRefusal, saysAbsent, saysDenied } from './failure.ts';
import type { Entry } from './listing.ts';
import type { Session } from './session.ts';

/** What lies at a path, links followed. */
export interface Found {
  readonly type: 'file' | 'folder';
  /** Of a file, in bytes. */
  readonly size: number;
  readonly modifiedAt?: number | undefined;
}

/** Others make and remove names between two questions; an answer that holds so often is one. */
const ATTEMPTS = 5;

/**
 * Whether a refusal means that there is nothing at `path`. Many servers have one number, and one text, for what is absent and for what is forbidden;
 * the folder above is looked through then.
 */
export async function isAbsent(session: Session, path: string, refusal: unknown): Promise<boolean> {
  return await isOther(session, path, refusal, (entry) => entry === undefined);
}

async function isOther(session: Session, path: string, refusal: unknown, says: (entry: Entry | undefined) => boolean, attempts = ATTEMPTS): Promise<boolean> {
  if (saysAbsent(refusal)) return true;
  if (!isRefusal(refusal) || saysDenied(refusal) || path === '/') return false;
  const above = folderOfPath(path);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.send('CWD', above);
      break;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Nothing lies in a file either.
      if (await isOther(session, above, error, (entry) => entry === undefined || entry.type === 'file', 1)) return true;
      // A folder that cannot be entered, or one that was made just now.
      if (attempt === attempts) return false;
    }
  }
  const entries = await session.entries(above);
  return says(entries?.find(({ name }) => name === nameOfPath(path)));
}

/** Undefined when there is nothing, nor a folder that it could lie in. */
export async function lookAt(session: Session, path: string): Promise<Found | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await lookOnce(session, path);
    } catch (error) {
      if (attempt === ATTEMPTS || !isRefusal(error) || saysDenied(error)) throw error;
    }
  }
}

async function lookOnce(session: Session, path: string): Promise<Found | undefined> {
  try {
    if (session.knowsFacts) {
      const found = await session.facts(path);
      if (found?.type === 'file' || found?.type === 'folder') return { type: found.type, size: found.size, modifiedAt: found.modifiedAt };
    }
    return { type: 'file', size: await session.size(path), modifiedAt: await session.modifiedAt(path) };
  } catch (error) {
    if (saysAbsent(error) && session.knowsFacts) return undefined;
    if (!isRefusal(error)) throw error;
    if (await session.enters(path)) return { type: 'folder', size: 0 };
    // A link that leads nowhere is nothing.
    if (await isOther(session, path, error, (entry) => entry === undefined || entry.type === 'link')) return undefined;
    throw error;
  }
}

/** Whether there is anything of that name. */
export const exists = async (session: Session, path: string): Promise<boolean> => (await lookAt(session, path)) !== undefined;
