import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import { describeOwner, isDead, ownerBytes, parseOwner } from '@freezer/format';
import type { RunContext } from '../run-context.ts';

const PREFIX = '.freezer-restore-';
const OWNER_FILE = 'owner';

/** Where files of the target wait while their directories are renamed: in the target, so that a rename takes them there and back. */
export async function makeStaging({ owner }: RunContext, target: string): Promise<string> {
  const path = join(target, `${PREFIX}${owner.run_id}`);
  try {
    // Something of this name is from this run: what it held has been placed.
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { mode: 0o700 });
    await writeFile(join(path, OWNER_FILE), ownerBytes(owner), { mode: 0o600 });
  } catch (error) {
    const code = systemCodeOf(error) === 'ENOSPC' ? 'unavailable' : 'permission_denied';
    throw new FreezerError(code, `restore: the folder ${path} cannot be made: ${messageOf(error)}`, { cause: error });
  }
  return path;
}

export async function removeStaging(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Removes what restores that were killed left in the target. Folders of that name without an owner of ours are somebody else's. */
export async function removeDeadStaging({ owner: self, now, logger }: RunContext, target: string): Promise<void> {
  for (const name of await readdir(target)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(target, name);
    const isFolder = await lstat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const owner = isFolder ? await readFile(join(path, OWNER_FILE)).then(parseOwner, () => undefined) : undefined;
    if (owner === undefined || name !== `${PREFIX}${owner.run_id}`) continue;
    if (await isDead(owner, { self, now: now() })) await removeStaging(path);
    else logger.warn({ target, owner: describeOwner(owner) }, 'another restore may be writing into the same folder');
  }
}
