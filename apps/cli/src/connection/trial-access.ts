import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FreezerError, systemCodeOf } from '@freezer/core';

/** Where a trial API of this user listens, and what lets us in: `api-trial.json` in the state folder. */
export interface TrialAccess {
  readonly url: string;
  readonly token: string;
  /** What stands in the path of version 2 when the file names no other. */
  readonly project: string;
}

const FILE = 'api-trial.json';
const PROJECT = 'trial';

/** The state folder of this user, as all commands of Freezer find it. */
export function stateFolder(variables: Readonly<Record<string, string | undefined>>, isRoot: boolean): string {
  if (isRoot) return '/var/lib/freezer';
  return join(variables['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'freezer');
}

/** Undefined when there is no trial. A file that cannot be read or that others may change is `invalid`: the token in it would go anywhere. */
export async function readTrialAccess(folder: string): Promise<TrialAccess | undefined> {
  const path = join(folder, FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
    if (((await stat(path)).mode & 0o022) !== 0) throw new FreezerError('invalid', `${path}: others may write it, so it is not used`);
  } catch (error) {
    if (FreezerError.is(error)) throw error;
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new FreezerError('invalid', `${path} cannot be read (${code ?? 'unknown reason'})`, { cause: error });
  }
  const { url, token, project } = membersOf(text);
  if (typeof url !== 'string' || typeof token !== 'string') throw new FreezerError('invalid', `${path} holds no url and token; start freezer-api again`);
  return { url, token, project: typeof project === 'string' ? project : PROJECT };
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    // Said by the caller, with the path.
    return {};
  }
}
