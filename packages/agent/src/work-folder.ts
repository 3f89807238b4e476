import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import { isDead, type Owner, ownerBytes, parseOwner } from '@freezer/format';

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
      await mkdir(parent, { recursive: true, mode: 0o700 });
      await removeDead(parent, owner);
      const path = join(parent, owner.run_id);
      await mkdir(path, { mode: 0o700 });
      await writeFile(join(path, 'owner'), ownerBytes(owner), { mode: 0o600 });
      return new WorkFolder(path);
    } catch (error) {
      const code = systemCodeOf(error) === 'EACCES' || systemCodeOf(error) === 'EROFS' ? 'permission_denied' : 'unavailable';
      throw new FreezerError(code, `state folder ${stateDir}: cannot be used: ${messageOf(error)}; name another by --state-dir`, { cause: error });
    }
  }

  /** A name for a file in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** A folder in it. */
  async folder(name: string): Promise<string> {
    const path = join(this.path, name);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }

  async close(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function removeDead(parent: string, self: Owner): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const owner = await readFile(join(path, 'owner')).then(parseOwner, () => undefined);
    const writtenAt = await stat(path).then(({ mtimeMs }) => mtimeMs, () => undefined);
    // A folder whose owner died between making it and writing `owner` is empty, and nobody misses it.
    const isEmpty = owner === undefined && (await readdir(path).catch(() => ['?'])).length === 0 && writtenAt !== undefined && self.at - writtenAt / 1000 > 60;
    if (isEmpty || (await isDead(owner, { self, now: self.at, writtenAt }))) await rm(path, { recursive: true, force: true });
  }
}
