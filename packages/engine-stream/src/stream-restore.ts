import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises';
import {
  type BytePath,
  type ByteStream,
  type CallOptions,
  displayPath,
  type EngineRestore,
  type EngineRestoreRequest,
  FreezerError,
  type HeldEntry,
  messageOf,
  type RestoreProblem,
  systemCodeOf,
} from '@freezer/core';
import { placeIn, readSavedFile } from './saved-file.ts';

const NOT_HERE = 'is not in the level that should hold it';

/** The part of a level that is wanted: its file, or nothing of it. */
interface Wanted {
  /** The name under which the file comes back; undefined: it is not wanted. */
  readonly name: BytePath | undefined;
  readonly missing: readonly RestoreProblem[];
}

/** Describes the writing of the file of a level. Fails with `corrupt`, or with `already_exists` when a folder stands where the file is to be. */
export async function openStreamRestore(request: EngineRestoreRequest): Promise<EngineRestore> {
  const file = readSavedFile(request.metadata);
  const { name, missing } = await wantedOf(request, file);
  if (name === undefined) return nothingOf(file, missing);
  const { target } = request;
  const found = await lstat(placeIn(target, name)).catch(() => undefined);
  if (found?.isDirectory()) throw new FreezerError('already_exists', `restore: ${displayPath(name)} is a folder in ${target}, and a file in the backup`);
  return new StreamRestore(target, file, name, missing).describe();
}

async function wantedOf({ selection }: EngineRestoreRequest, { path }: HeldEntry): Promise<Wanted> {
  if (selection === undefined) return { name: path, missing: [] };
  let name: BytePath | undefined;
  const missing: RestoreProblem[] = [];
  for await (const entry of selection.entries()) {
    if (entry.path === path) name = entry.as ?? path;
    else missing.push({ path: entry.as ?? entry.path, detail: NOT_HERE });
  }
  return { name, missing };
}

const nothingOf = ({ path }: HeldEntry, skipped: readonly RestoreProblem[]): EngineRestore => ({
  stages: [
    {
      kind: 'sink',
      name: displayPath(path),
      async take(body) {
        for await (const _chunk of body);
      },
    },
  ],
  finish: async () => ({ skipped }),
  abandon: async () => ({ removed: [], written: 0 }),
});

/** The file has another name until it is whole: whoever looks for it never finds half of it. */
class StreamRestore {
  readonly #target: string;
  readonly #file: HeldEntry;
  readonly #name: BytePath;
  readonly #missing: readonly RestoreProblem[];
  readonly #partial: Buffer;
  #isPartial = false;
  #written = 0;
  #ownerProblem: string | undefined;

  constructor(target: string, file: HeldEntry, name: BytePath, missing: readonly RestoreProblem[]) {
    this.#target = target;
    this.#file = file;
    this.#name = name;
    this.#missing = missing;
    this.#partial = placeIn(target, `.freezer-partial-${randomBytes(8).toString('hex')}`);
  }

  describe(): EngineRestore {
    return {
      stages: [{ kind: 'sink', name: displayPath(this.#name), take: (body, options) => this.#take(body, options) }],
      reached: async () => this.#name,
      finish: () => this.#finish(),
      abandon: () => this.#abandon(),
    };
  }

  async #take(body: ByteStream, { signal }: CallOptions): Promise<void> {
    const handle = await this.#atTarget('no file can be made in it', () => open(this.#partial, 'wx', 0o600));
    this.#isPartial = true;
    try {
      for await (const chunk of body) {
        signal?.throwIfAborted();
        await this.#atTarget('it does not take what is restored', () => this.#write(handle, chunk));
      }
      await this.#atTarget('the file cannot get its attributes', () => this.#dress(handle));
      await this.#atTarget('it does not take what is restored', () => handle.sync());
    } finally {
      await handle.close();
    }
  }

  async #atTarget<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (cause) {
      const code = systemCodeOf(cause);
      const kind = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'permission_denied' : 'unavailable';
      throw new FreezerError(kind, `restore: the target '${this.#target}': ${what}: ${messageOf(cause)}`, { cause });
    }
  }

  async #write(handle: FileHandle, chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
    this.#written += chunk.length;
  }

  /** Only root gives files away, and not everywhere (NFS, a container, a file system without owners): the owner is a problem that `finish` tells, and no reason to have no file. */
  async #dress(handle: FileHandle): Promise<void> {
    const { uid, gid, mode, mtimeNs } = this.#file;
    const euid = process.geteuid?.() ?? uid;
    if (euid === 0) {
      await handle.chown(uid, gid).catch((error: unknown) => {
        this.#ownerProblem = `its owner cannot be set: ${messageOf(error)}`;
      });
    } else if (euid !== uid) this.#ownerProblem = 'belonged to another user: only root can give files away, so it is now yours';
    await handle.chmod(this.#ownerProblem === undefined ? mode : mode & 0o1777);
    const seconds = Number(mtimeNs / 1_000_000_000n);
    await handle.utimes(seconds, seconds);
  }

  async #finish(): Promise<{ skipped: readonly RestoreProblem[] }> {
    const { size, path } = this.#file;
    if (this.#written !== size)
      throw new FreezerError('corrupt', `restore: ${displayPath(path)} has ${this.#written} bytes instead of the ${size} that were saved`);
    await this.#atTarget(`${displayPath(this.#name)} cannot be put there`, () => rename(this.#partial, placeIn(this.#target, this.#name)));
    this.#isPartial = false;
    const owner = this.#ownerProblem === undefined ? [] : [{ path: this.#name, detail: this.#ownerProblem }];
    return { skipped: [...this.#missing, ...owner] };
  }

  async #abandon(): Promise<{ removed: readonly BytePath[]; written: number }> {
    if (!this.#isPartial) return { removed: [], written: 0 };
    await unlink(this.#partial);
    this.#isPartial = false;
    return { removed: [this.#name], written: 0 };
  }
}
