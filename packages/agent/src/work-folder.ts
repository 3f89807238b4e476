import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import { isDead, type Owner, ownerBytes, parseOwner } from '@freezer/format';
import { makeFolders } from './make-folders.ts';

/** A private folder of this run for files that pass between programs. What dead runs left is removed when the next one begins. */
export class WorkFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes `<state-dir>/work/<run id>/`, 0700. Fails with `permission_denied` or `unavailable`, naming the state folder. */
  static async open(stateDir: string, owner: Owner): Promise<WorkFolder> {
    const parent = join(stateDir, 'work');
    try {
      await makeFolders(parent, 0o700);
      await removeDead(parent, owner);
      return new WorkFolder(makeOwned(join(parent, owner.run_id), ownerBytes(owner)));
    } catch (error) {
      const code = systemCodeOf(error) === 'EACCES' || systemCodeOf(error) === 'EROFS' ? 'permission_denied' : 'unavailable';
      throw new FreezerError(code, `state folder ${stateDir}: cannot be used: ${messageOf(error)}; name another by --state-dir`, { cause: error });
    }
  }

  /** For a dry run, which changes nothing below the state folder: a folder among the temporary files of this host. */
  static async openAside(): Promise<WorkFolder> {
    try {
      return new WorkFolder(await mkdtemp(join(tmpdir(), 'freezer-dry-run-')));
    } catch (error) {
      throw new FreezerError('unavailable', `temporary folder ${tmpdir()}: cannot be used: ${messageOf(error)}; name another by TMPDIR`, { cause: error });
    }
  }

  /** A name for a file in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** A folder in it. */
  async folder(name: string): Promise<string> {
    const path = join(this.path, name);
    await makeFolders(path, 0o700);
    return path;
  }

  /** A folder in it for work that uses the same names again. Goes with this. */
  async within(name: string): Promise<WorkFolder> {
    return new WorkFolder(await this.folder(name));
  }

  async close(): Promise<void> {
    await removeOwned(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The owner while it is being written, so that `owner` is there whole or not at all. */
const UNFINISHED_OWNER = 'owner.new';

/** Another run may take a folder without an owner for what a dead one left, so that is written at once, and again should the folder have gone. */
function makeOwned(path: string, owner: Uint8Array): string {
  for (let tries = 0; ; tries += 1) {
    mkdirSync(path, { mode: 0o700, recursive: true });
    try {
      writeFileSync(join(path, UNFINISHED_OWNER), owner, { mode: 0o600 });
      renameSync(join(path, UNFINISHED_OWNER), join(path, 'owner'));
      return path;
    } catch (error) {
      // A folder without an owner would stay for a day.
      if (systemCodeOf(error) !== 'ENOENT' || tries > 10) {
        rmSync(path, { recursive: true, force: true });
        throw error;
      }
    }
  }
}

/** The owner goes last: a kill in between leaves what can be told to be dead. */
async function removeOwned(path: string): Promise<void> {
  const names = await readdir(path).catch((): string[] => []);
  for (const name of names) if (name !== 'owner') await rm(join(path, name), { recursive: true, force: true });
  await rm(path, { recursive: true, force: true });
}

async function removeDead(parent: string, self: Owner): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const owner = await readFile(join(path, 'owner')).then(parseOwner, () => undefined);
    const writtenAt = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (await isDead(owner, { self, now: self.at, writtenAt })) await removeOwned(path);
    else if (owner === undefined) await removeUnowned(path);
  }
}

/** Of a run that died before its owner was written; a folder that holds anything else stays. */
async function removeUnowned(path: string): Promise<void> {
  await rm(join(path, UNFINISHED_OWNER), { force: true });
  await rmdir(path).catch(() => undefined);
}
