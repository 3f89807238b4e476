import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BytePath, bytePathOf, bytesOfPath, type CallOptions, displayPath, FreezerError, messageOf } from '@freezer/core';
import { pythonEscape } from './python-escape.ts';

const DIGEST_CHARS = 64;

export interface ChecksumRequest extends CallOptions {
  /** A directory, or a file. */
  readonly path: string;
  /** A link counts by its own name, not by what it leads to; the walk then ends at the first link to a directory. */
  readonly ignoreLinks: boolean;
}

/**
 * The checksum of Freezer's `--consistency-check` (SHA-256): hex digits, and behind them the name when the path is a single file. It depends on
 * the order in which the file system lists a directory, so it serves only where that is equal. Fails when a file cannot be read.
 */
export async function consistencyChecksum(request: ChecksumRequest): Promise<string> {
  const checksum = new Checksum(request);
  const found = await stat(request.path);
  if (found.isDirectory()) await checksum.walk('.');
  else await checksum.add(bytePathOf(basename(request.path)), join(request.path, '..'));
  return `${checksum.digest}${checksum.count > 1 ? '' : found.isDirectory() ? '.' : basename(request.path)}`;
}

/** Compares what was restored with a checksum of the backup. Fails with `conflict`, in Freezer's words: what the storage holds was checked by then. */
export async function checkConsistency(target: string, wanted: string, options: CallOptions = {}): Promise<void> {
  const path = join(target, wanted.slice(DIGEST_CHARS));
  const found = await consistencyChecksum({ path, ignoreLinks: true, ...options }).catch((error: unknown) => {
    throw new FreezerError('conflict', `Backup Consistency Check failed: ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  if (found.slice(0, DIGEST_CHARS) === wanted.slice(0, DIGEST_CHARS)) return;
  throw new FreezerError('conflict', `Backup Consistency Check failed: backup checksum (${wanted}) and restore checksum (${found}) did not match.`);
}

/** One running hash that is never begun anew: every digest is one of all that was fed before, as in Freezer. */
class Checksum {
  readonly #request: ChecksumRequest;
  readonly #hash: Hash = createHash('sha256');
  digest = '';
  count = 0;

  constructor(request: ChecksumRequest) {
    this.#request = request;
  }

  /** False: Freezer's walk ends here. */
  async walk(folder: BytePath): Promise<boolean> {
    await this.add(folder);
    if (this.#request.ignoreLinks && folder !== '.' && (await lstat(this.#bytes(folder))).isSymbolicLink()) return false;
    const folders: BytePath[] = [];
    for (const name of await this.#names(folder)) {
      const path = `${folder}/${name}`;
      const isFolder = await stat(this.#bytes(path)).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (isFolder) folders.push(path);
      else await this.add(path);
    }
    for (const path of folders) if (!(await this.walk(path))) return false;
    return true;
  }

  /** Python's walk passes by a directory that it may not read. */
  async #names(folder: BytePath): Promise<readonly string[]> {
    const names: string[] = [];
    try {
      for await (const { name } of await opendir(this.#bytes(folder), { encoding: 'latin1' })) names.push(name);
    } catch {
      return [];
    }
    return names;
  }

  /** A file by its content, anything else by its path. */
  async add(path: BytePath, root: string = this.#request.path): Promise<void> {
    const { signal, ignoreLinks } = this.#request;
    signal?.throwIfAborted();
    const bytes = Buffer.concat([Buffer.from(`${root}/`), bytesOfPath(path)]);
    const isFile = await stat(bytes).then(
      (found) => found.isFile(),
      () => false,
    );
    if (isFile && !(ignoreLinks && (await lstat(bytes)).isSymbolicLink())) {
      try {
        for await (const chunk of createReadStream(bytes, { signal })) this.#hash.update(chunk as Buffer);
      } catch (error) {
        signal?.throwIfAborted();
        throw new FreezerError('permission_denied', `--consistency-check: ${displayPath(path)} cannot be read: ${messageOf(error)}`, { cause: error });
      }
    } else this.#hash.update(pythonEscape(path));
    const own = this.#hash.copy().digest('hex');
    if (this.count > 0) this.#hash.update(this.digest + own);
    this.digest = this.count > 0 ? this.#hash.copy().digest('hex') : own;
    this.count += 1;
  }

  #bytes(path: BytePath): Buffer {
    return Buffer.concat([Buffer.from(`${this.#request.path}/`), bytesOfPath(path)]);
  }
}
