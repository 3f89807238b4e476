import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, lchown, link, lstat, lutimes, open, rename, symlink, unlink } from 'node:fs/promises';
import { type BytePath, bytesOfPath, FreezerError, folderOf, type HeldEntry, messageOf, systemCodeOf } from '@freezer/core';
import { setAttributes, TARGET_FAILS } from './attributes.ts';
import { EntryProblem } from './entry-problem.ts';
import { insidePath } from './inside-path.ts';
import { makeSpecialFile } from './special-file.ts';
import type { TarMember } from './tar-members.ts';
import { pathIn, type TargetFolders } from './target-folders.ts';

/** Where the system has no such flag, as on Windows, nothing is added. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** What is not yet whole, or put aside, has such a name; it begins in the folder in which it is to be. */
export const temporaryName = (): string => `.freezer-partial-${randomBytes(8).toString('hex')}`;

export interface EntryWriterRequest {
  readonly target: string;
  readonly folders: TargetFolders;
  readonly keepOwners: boolean;
}

/** Writes everything but directories: under another name first, so that what has its name is whole, and nothing is written through a link. */
export class EntryWriter {
  readonly #request: EntryWriterRequest;

  constructor(request: EntryWriterRequest) {
    this.#request = request;
  }

  /** Undefined when it is there as it was; else what is not. Fails with `unavailable` when the target is full or broken, and with what `data` fails with. */
  async write(path: BytePath, member: TarMember): Promise<string | undefined> {
    try {
      if (!(await this.#request.folders.makeAbove(path))) return 'a folder above it is none in the target: a file or a link is there';
      return await this.#put(path, member);
    } catch (error) {
      if (EntryProblem.is(error)) return error.message;
      const code = systemCodeOf(error);
      if (FreezerError.is(error) || code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
      if (TARGET_FAILS.has(code))
        throw new FreezerError('unavailable', `tar: the target '${this.#request.target}' does not take what is restored: ${messageOf(error)}`, {
          cause: error,
        });
      return `cannot be written: ${messageOf(error)}`;
    }
  }

  async #put(path: BytePath, member: TarMember): Promise<string | undefined> {
    const { entry } = member;
    if (entry.type === 'link' && insidePath(entry.target ?? '') === path) return undefined;
    const folder = folderOf(path);
    const name = entry.type === 'fifo' || entry.type === 'character' || entry.type === 'block' ? temporaryName() : undefined;
    const temporary = name ?? (folder === '.' ? temporaryName() : `${folder}/${temporaryName()}`);
    const place = pathIn(this.#request.target, temporary);
    let problem: string | undefined;
    try {
      if (name !== undefined) await makeSpecialFile(this.#request.target, name, entry);
      else if (entry.type === 'symlink') await symlink(bytesOfPath(entry.target ?? ''), place);
      else if (entry.type === 'link') await this.#link(entry, place);
      else problem = await this.#writeFile(place, member);
      if (entry.type !== 'file' && entry.type !== 'link') problem = await this.#setByName(place, entry);
      await this.#rename(place, path);
    } finally {
      // Of two names of one file `rename` leaves both.
      await unlink(place).catch((error: unknown) => {
        if (systemCodeOf(error) !== 'ENOENT') throw error;
      });
    }
    return problem;
  }

  async #rename(place: Buffer, path: BytePath): Promise<void> {
    const final = pathIn(this.#request.target, path);
    try {
      await rename(place, final);
    } catch (error) {
      const code = systemCodeOf(error) ?? '';
      if (code !== 'EISDIR' && !(await isFolder(final))) throw error;
      await this.#request.folders.removeEmpty(path).catch((cause: unknown) => {
        throw systemCodeOf(cause) === 'ENOTEMPTY' ? new EntryProblem('a folder with other files is in its place') : cause;
      });
      await rename(place, final);
    }
  }

  async #link({ target = '' }: HeldEntry, place: Buffer): Promise<void> {
    const first = insidePath(target);
    if (first === undefined) throw new EntryProblem('is a hard link to a file outside of the target, which is not made');
    const isThere = (await this.#request.folders.has(folderOf(first))) && !(await isFolder(pathIn(this.#request.target, first)));
    if (!isThere) throw new EntryProblem('is a hard link to a file that was not restored');
    // Some systems would link to what a symbolic link points to.
    const found = await lstat(pathIn(this.#request.target, first));
    if (found.isSymbolicLink() && process.platform !== 'linux') throw new EntryProblem('is a hard link to a symbolic link, which this system does not make');
    await link(pathIn(this.#request.target, first), place);
  }

  /** Resolves to what of its attributes it did not get. */
  async #writeFile(place: Buffer, member: TarMember): Promise<string | undefined> {
    const file = await open(place, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW, 0o600);
    try {
      if (member.extents) await writeExtents(file, member);
      else for await (const chunk of member.data.chunks()) await writeAll(file, chunk, null);
      return await setAttributes(file, member.entry, this.#request.keepOwners);
    } finally {
      await file.close();
    }
  }

  /** Of a symbolic link or a special file, which nobody else knows by this name yet. */
  #setByName(place: Buffer, entry: HeldEntry): Promise<string | undefined> {
    const settable = {
      chown: (uid: number, gid: number) => lchown(place, uid, gid),
      chmod: entry.type === 'symlink' ? undefined : (mode: number) => chmod(place, mode),
      utimes: (accessed: number, modified: string) => lutimes(place, accessed, modified),
    };
    return setAttributes(settable, entry, this.#request.keepOwners);
  }
}

async function writeExtents(file: FileHandle, { extents = [], data, entry }: TarMember): Promise<void> {
  for (const { offset, length } of extents) {
    for (let done = 0; done < length; ) {
      const chunk = await data.some(length - done);
      await writeAll(file, chunk, offset + done);
      done += chunk.length;
    }
  }
  await file.truncate(entry.size);
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number | null): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, at, chunk.length - at, position === null ? null : position + at);
    at += bytesWritten;
  }
}

async function isFolder(path: Buffer): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}
