import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';

/** How commands of the same user find a trial: `freezer`, the scheduler and the SDK read this file. */
export interface TrialAccess {
  /** Without a path: `http://127.0.0.1:9090`. */
  readonly url: string;
  /** For `X-Auth-Token`. */
  readonly token: string;
}

const TRIAL_FILE = 'api-trial.json';
const TOKEN_BYTES = 32;
const REASONS: Readonly<Record<string, 'permission_denied' | 'invalid'>> = {
  EACCES: 'permission_denied',
  EPERM: 'permission_denied',
  EROFS: 'permission_denied',
  ENOTDIR: 'invalid',
  EEXIST: 'invalid',
};

/** A token of an earlier start, so that commands which have read it go on; undefined when there is none that is good. */
async function tokenBefore(path: string): Promise<string | undefined> {
  try {
    const document: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof document !== 'object' || document === null || !('token' in document)) return undefined;
    return typeof document.token === 'string' && /^[\w-]{40,}$/.test(document.token) ? document.token : undefined;
  } catch {
    // Not there, or cut off: a new one is made.
    return undefined;
  }
}

/** A name that no other process takes. */
const besides = (path: string): string => `${path}.${randomBytes(6).toString('hex')}`;

/** Whole or not at all. Fails with `permission_denied`, `invalid` or `unavailable`. */
async function writePrivately(path: string, text: string): Promise<void> {
  const temporary = besides(path);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw failureOf(error, `${path} cannot be written`);
  }
}

function failureOf(error: unknown, what: string): FreezerError {
  const code = systemCodeOf(error);
  return new FreezerError(REASONS[code ?? ''] ?? 'unavailable', `--state-dir: ${what} (${code ?? messageOf(error)})`, { cause: error });
}

/** Makes the state folder, 0700. Fails with `permission_denied`, `invalid` or `unavailable`. */
export async function makeStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw failureOf(error, `${folder} cannot be made`);
  }
}

/** The token of the trial in a state folder, made when there is none. Several processes agree on one. */
export async function trialToken(folder: string): Promise<string> {
  await makeStateFolder(folder);
  const path = join(folder, TRIAL_FILE);
  const before = await tokenBefore(path);
  if (before !== undefined) return before;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const mine = besides(path);
  await writePrivately(mine, `${JSON.stringify({ token })}\n`);
  try {
    await link(mine, path);
    return token;
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
    const theirs = await tokenBefore(path);
    if (theirs !== undefined) return theirs;
    await rename(mine, path);
    return token;
  } finally {
    await rm(mine, { force: true });
  }
}

/** Says where the trial listens; readable by its user only. */
export async function writeTrialFile(folder: string, access: TrialAccess): Promise<void> {
  await writePrivately(join(folder, TRIAL_FILE), `${JSON.stringify(access)}\n`);
}
