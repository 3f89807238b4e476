import { FreezerError, messageOf } from '@freezer/core';
import type { Client, FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { isStatus, LostConnection, STATUS } from './failure.ts';

/** What a server can do beyond the protocol's version 3; each is an extension of OpenSSH. */
export interface ServerAbilities {
  /** Rename over what is there. */
  readonly posixRename: boolean;
  /** A second name that fails when it is taken. */
  readonly hardlink: boolean;
  /** Bytes and names can be made durable. */
  readonly fsync: boolean;
  /** Free space can be asked for. */
  readonly statvfs: boolean;
}

/** What a handle is of. */
export type Handle = Buffer;

type Done<Value> = (error: Error | null | undefined, value?: Value) => void;

/** How long the farewell may take. */
const GOODBYE_MS = 2000;

function abilitiesOf(sftp: SFTPWrapper): ServerAbilities {
  const found =
    '_extensions' in sftp && typeof sftp._extensions === 'object' && sftp._extensions !== null ? new Map(Object.entries(sftp._extensions)) : new Map();
  return {
    posixRename: found.get('posix-rename@openssh.com') === '1',
    hardlink: found.get('hardlink@openssh.com') === '1',
    fsync: found.get('fsync@openssh.com') === '1',
    statvfs: found.get('statvfs@openssh.com') === '2',
  };
}

/**
 * One connection that is up, and its SFTP calls as promises. A call fails with what the server answered (`isStatus`), or with `LostConnection`
 * as soon as the connection is known to be gone: none waits for an answer that cannot come.
 */
export class Session {
  readonly abilities: ServerAbilities;
  /** Aborted, with a `LostConnection` as reason, when the connection ends. */
  readonly lost: AbortSignal;
  readonly #client: Client;
  readonly #sftp: SFTPWrapper;
  readonly #ending = new AbortController();
  readonly #waiting = new Set<(reason: unknown) => void>();
  readonly #closed: Promise<void>;

  constructor(client: Client, sftp: SFTPWrapper) {
    this.#client = client;
    this.#sftp = sftp;
    this.abilities = abilitiesOf(sftp);
    this.lost = this.#ending.signal;
    client.on('error', (error) => this.#end(messageOf(error)));
    sftp.on('error', (error: unknown) => this.#end(messageOf(error)));
    sftp.on('close', () => this.#end('the server closed it'));
    this.#closed = new Promise((resolve) => {
      client.on('close', () => {
        this.#end('the server closed it');
        resolve();
      });
    });
  }

  open(path: string, flags: 'r' | 'wx', mode = 0o600): Promise<Handle> {
    return this.#call((done) => this.#sftp.open(path, flags, mode, done));
  }

  close(handle: Handle): Promise<void> {
    return this.#call<void>((done) => this.#sftp.close(handle, done));
  }

  /** Fills `buffer` from `start` on with the bytes at `position`; how many came. 0 is the end of the file. */
  async read(handle: Handle, buffer: Buffer, start: number, position: number): Promise<number> {
    try {
      return await this.#call<number>((done) => this.#sftp.read(handle, buffer, start, buffer.length - start, position, done));
    } catch (error) {
      if (isStatus(error, STATUS.endOfFile)) return 0;
      throw error;
    }
  }

  write(handle: Handle, bytes: Uint8Array, position: number): Promise<void> {
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#call<void>((done) => this.#sftp.write(handle, buffer, 0, buffer.length, position, done));
  }

  /** Makes the bytes of a file, or the names of a folder, durable; nothing happens where the server cannot. */
  async fsync(handle: Handle): Promise<void> {
    if (this.abilities.fsync) await this.#call((done) => this.#sftp.ext_openssh_fsync(handle, done));
  }

  fstat(handle: Handle): Promise<Stats> {
    return this.#call((done) => this.#sftp.fstat(handle, done));
  }

  /** Symbolic links are followed. */
  stat(path: string): Promise<Stats> {
    return this.#call((done) => this.#sftp.stat(path, done));
  }

  lstat(path: string): Promise<Stats> {
    return this.#call((done) => this.#sftp.lstat(path, done));
  }

  realpath(path: string): Promise<string> {
    return this.#call((done) => this.#sftp.realpath(path, done));
  }

  mkdir(path: string, mode: number): Promise<void> {
    return this.#call<void>((done) => this.#sftp.mkdir(path, { mode }, done));
  }

  chmod(path: string, mode: number): Promise<void> {
    return this.#call<void>((done) => this.#sftp.chmod(path, mode, done));
  }

  rmdir(path: string): Promise<void> {
    return this.#call<void>((done) => this.#sftp.rmdir(path, done));
  }

  unlink(path: string): Promise<void> {
    return this.#call<void>((done) => this.#sftp.unlink(path, done));
  }

  /** Replaces what is there, where the server can (`abilities.posixRename`); else it fails when something is there. */
  rename(from: string, to: string): Promise<void> {
    return this.#call<void>((done) => (this.abilities.posixRename ? this.#sftp.ext_openssh_rename(from, to, done) : this.#sftp.rename(from, to, done)));
  }

  /** Only with `abilities.hardlink`. */
  link(existing: string, added: string): Promise<void> {
    return this.#call<void>((done) => this.#sftp.ext_openssh_hardlink(existing, added, done));
  }

  opendir(path: string): Promise<Handle> {
    return this.#call((done) => this.#sftp.opendir(path, done));
  }

  /** The next names; undefined at the end. */
  async readdir(handle: Handle): Promise<readonly FileEntryWithStats[] | undefined> {
    try {
      return await this.#call<FileEntryWithStats[]>((done) => this.#sftp.readdir(handle, done));
    } catch (error) {
      if (isStatus(error, STATUS.endOfFile)) return undefined;
      throw error;
    }
  }

  /** Whether the file system below `path` is full; false where the server does not say. */
  async isFull(path: string): Promise<boolean> {
    if (!this.abilities.statvfs) return false;
    const found: unknown = await this.#call((done) => this.#sftp.ext_openssh_statvfs(path, done));
    if (typeof found !== 'object' || found === null) return false;
    const [blocks, files] = ['f_bavail' in found ? found.f_bavail : undefined, 'f_favail' in found ? found.f_favail : undefined];
    const hasFiles = 'f_files' in found && Number(found.f_files) > 0;
    return Number(blocks) <= FULL_BLOCKS || (hasFiles && Number(files) === 0);
  }

  /** Ends the connection. Idempotent. */
  async end(): Promise<void> {
    if (this.lost.aborted) return;
    this.#client.end();
    const patience = setTimeout(() => this.#client.destroy(), GOODBYE_MS);
    await this.#closed;
    clearTimeout(patience);
  }

  #end(reason: string): void {
    if (this.lost.aborted) return;
    const error = new LostConnection(`the connection was lost: ${reason}`);
    this.#ending.abort(error);
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
    this.#client.destroy();
  }

  #call<Value>(start: (done: Done<Value>) => unknown): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.lost.throwIfAborted();
      this.#waiting.add(reject);
      start((error, value) => {
        this.#waiting.delete(reject);
        if (error === null || error === undefined) resolve(value as Value);
        // ssh2 answers its own calls when the channel goes before the connection does.
        else if (isAnswer(error)) reject(error);
        else reject(new LostConnection(`the connection was lost: ${messageOf(error)}`));
      });
    });
  }
}

/** A file system counts as full when less than this is left: the last blocks are often kept back. */
const FULL_BLOCKS = 16;

const isAnswer = (error: object): boolean => FreezerError.is(error) || ('code' in error && typeof error.code === 'number');
