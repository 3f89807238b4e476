import { join } from 'node:path';
import {
  type BytePath,
  type ByteStream,
  type CallOptions,
  type EngineRestore,
  type EngineRestoreRequest,
  folderOf,
  messageOf,
  systemCodeOf,
} from '@freezer/core';
import { MemberSelection } from '../member-selection.ts';
import { applyRenames } from './apply-renames.ts';
import { type DumpEntries, readDumpEntries } from './dump-entries.ts';
import { EntryWriter } from './entry-writer.ts';
import { FolderSpool, setFolder } from './folder-attributes.ts';
import { insidePath } from './inside-path.ts';
import { Problems } from './problems.ts';
import { purgeFolder } from './purge-folder.ts';
import { readMembers, type TarMember } from './tar-members.ts';
import { pathIn, TargetFolders } from './target-folders.ts';

export interface PortableDeps {
  /** The user who restores; 0 can give files to others. */
  readonly uid: number;
}

/** Describes the writing of a level into a directory, without any program. */
export function openPortableRestore(request: EngineRestoreRequest, deps: PortableDeps): EngineRestore {
  const restore = new PortableRestore(request, deps);
  const selection = request.selection && new MemberSelection(request.selection);
  return {
    stages: [...(selection ? [selection.stage] : []), { kind: 'sink', name: 'tar reader', take: (body, options) => restore.take(body, options) }],
    reached: async () => restore.reached,
    finish: async () => {
      for await (const { path, as } of selection?.missing() ?? []) restore.problems.add(as ?? path, 'is not in the archive of the level that should hold it');
      return { skipped: restore.problems.all() };
    },
    abandon: async () => restore.abandon(),
  };
}

class PortableRestore {
  readonly problems = new Problems();
  readonly #request: EngineRestoreRequest;
  readonly #keepOwners: boolean;
  readonly #uid: number;
  readonly #folders: TargetFolders;
  readonly #writer: EntryWriter;
  readonly #spool: FolderSpool;
  /** The entry that was begun last. */
  reached: BytePath | undefined;
  #written = 0;
  #current: BytePath | undefined;

  constructor(request: EngineRestoreRequest, { uid }: PortableDeps) {
    this.#request = request;
    this.#uid = uid;
    this.#keepOwners = uid === 0 && process.platform !== 'win32';
    this.#folders = new TargetFolders(request.target);
    this.#writer = new EntryWriter({ target: request.target, folders: this.#folders, keepOwners: this.#keepOwners });
    this.#spool = new FolderSpool(join(request.workDir, `folders-${request.level}`));
  }

  async take(body: ByteStream, { signal }: CallOptions): Promise<void> {
    for await (const member of readMembers(body)) {
      signal?.throwIfAborted();
      this.reached = member.entry.path;
      this.#current = member.entry.type === 'file' ? member.entry.path : undefined;
      await this.#place(member);
      this.#current = undefined;
      this.#written += 1;
    }
    await this.#setFolders(signal);
    await this.#spool.remove();
  }

  /** What was being written had no name of its own yet, and is gone. */
  abandon(): { readonly removed: readonly BytePath[]; readonly written: number } {
    return { removed: this.#current === undefined ? [] : [this.#current], written: this.#written };
  }

  async #place(member: TarMember): Promise<void> {
    const { entry, refused } = member;
    const path = insidePath(member.name);
    if (member.hasAttributes) this.problems.countAttributes();
    if (!this.#keepOwners && entry.uid !== this.#uid) this.problems.countForeign();
    if (path === undefined) this.problems.add(entry.path, 'leads out of the target, and is not restored');
    else if (refused !== undefined) this.problems.add(entry.path, refused);
    else if (entry.type === 'directory') await this.#placeFolder(path, member);
    else if (path === '.') this.problems.add('.', 'the target itself is no directory in the backup');
    else this.#note(path, await this.#writer.write(path, member));
  }

  #note(path: BytePath, detail: string | undefined): void {
    if (detail !== undefined) this.problems.add(path, detail);
  }

  async #placeFolder(path: BytePath, { entry, dumpList }: TarMember): Promise<void> {
    const isChain = this.#request.placement === 'empty' && this.#request.level > 0;
    const dump = dumpList === undefined || !isChain ? undefined : readDumpEntries(dumpList);
    if (dump && dump.renames.length + dump.refused.length > 0) await this.#rename(dump);
    try {
      if (!(await this.#folders.make(path))) {
        this.problems.add(path, 'a folder above it is none in the target: a file or a link is there');
        return;
      }
    } catch (error) {
      if (systemCodeOf(error) === undefined) throw error;
      this.problems.add(path, `cannot be made: ${messageOf(error)}`);
      return;
    }
    if (dump) await this.#purge(path, dump);
    await this.#spool.add({ path, mode: entry.mode, uid: entry.uid, gid: entry.gid, mtimeNs: entry.mtimeNs });
  }

  async #purge(path: BytePath, { names }: DumpEntries): Promise<void> {
    for (const { name, detail } of await purgeFolder(pathIn(this.#request.target, path), names))
      this.problems.add(path === '.' ? name : `${path}/${name}`, detail);
    this.#folders.forget();
  }

  async #rename({ renames, refused }: DumpEntries): Promise<void> {
    for (const path of refused) this.problems.add(path, 'the name of a renamed directory leads out of the target');
    for (const { path, detail } of await applyRenames(this.#request.target, renames, this.#folders)) this.problems.add(path, detail);
    this.#folders.forget();
  }

  /** Last of all, what is below first: a directory that may not be written to would keep us out, and each new file changes its time. */
  async #setFolders(signal: AbortSignal | undefined): Promise<void> {
    this.#folders.forget();
    for await (const folder of this.#spool.reversed()) {
      signal?.throwIfAborted();
      // In the meantime a later entry may have put something else there.
      if (!(await this.#folders.has(folderOf(folder.path))) || !(await this.#folders.has(folder.path))) continue;
      try {
        this.#note(folder.path, await setFolder(pathIn(this.#request.target, folder.path), folder, this.#keepOwners));
      } catch (error) {
        if (systemCodeOf(error) === undefined) throw error;
        this.problems.add(folder.path, `mode, owner or time of the folder cannot be set: ${messageOf(error)}`);
      }
    }
  }
}
