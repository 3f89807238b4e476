import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { type CallOptions, FreezerError, messageOf, type SettingsReader, type Source, type SourceLease, type SourcePlugin, systemCodeOf } from '@freezer/core';

/** What is saved: `path` as the user gave it, with `~` expanded. */
export interface PathOptions {
  readonly path: string;
}

const KEY = 'path_to_backup';

const pathSettings: SettingsReader<PathOptions> = {
  parse(settings) {
    const value = settings[KEY];
    const path = typeof value === 'string' ? value.trim() : '';
    if (path === '') throw new FreezerError('invalid', `${KEY}: the path of a directory or a file is expected`);
    if (path.includes('\0')) throw new FreezerError('invalid', `${KEY}: a path must not hold a NUL byte`);
    return { path: expandHome(path) };
  },
};

const expandHome = (path: string): string => (path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path);

class PathSource implements Source {
  readonly kind = 'path';
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async open({ signal }: CallOptions = {}): Promise<SourceLease> {
    signal?.throwIfAborted();
    const resource = resolve(this.#path);
    try {
      const found = await stat(resource);
      if (!found.isDirectory() && !found.isFile())
        throw new FreezerError(
          'unsupported',
          `Path to backup ${this.#path}: is neither a directory nor a regular file; a device or a pipe has no content that could be saved this way`,
        );
      if (found.isDirectory()) await access(resource, constants.R_OK | constants.X_OK);
    } catch (cause) {
      throw openError(this.#path, cause);
    }
    signal?.throwIfAborted();
    return new PathLease(resource, this.#path);
  }
}

function openError(path: string, cause: unknown): FreezerError {
  if (FreezerError.is(cause)) return cause;
  const code = systemCodeOf(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new FreezerError('not_found', `Path to backup does not exist ${path}`, { cause });
  if (code === 'EACCES' || code === 'EPERM')
    return new FreezerError('permission_denied', `Path to backup cannot be read ${path}: permission denied`, { cause });
  return new FreezerError('unexpected', `Path to backup cannot be read ${path}: ${messageOf(cause)}`, { cause });
}

class PathLease implements SourceLease {
  readonly kind = 'path';
  readonly resource: string;
  readonly description: string;

  constructor(resource: string, description: string) {
    this.resource = resource;
    this.description = description;
  }

  /** A path is not held, so there is nothing to give back. */
  async release(): Promise<void> {}

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** The source of every backup that names a `path_to_backup`: a directory, a symbolic link to one, or a single file. */
export const pathSource: SourcePlugin<PathOptions> = {
  kind: 'path',
  settings: pathSettings,
  accepts: (settings) => typeof settings[KEY] === 'string' && settings[KEY].trim() !== '',
  create: ({ path }) => new PathSource(path),
};
