import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';

const WEAK_BELOW_CHARS = 16;
/** The program openssl, with which Freezer encrypts, takes 1023 bytes of the line and drops the rest without a word. */
const MAX_LINE_BYTES = 1023;
const OTHERS_MAY_READ = 0o077;
const LINE_END = 0x0a;
const NEW_BYTES = 32;

/** The secret of a pass file. */
export interface Passphrase {
  /** The first line without its line feed. A carriage return before that belongs to it, as it does for openssl. */
  readonly bytes: Buffer;
  /** Shorter than 16 characters. */
  readonly weak: boolean;
  /** The file's mode lets its group or everybody in. */
  readonly readableByOthers: boolean;
}

/**
 * Reads the file that `--encrypt-pass-file` names. `invalid` when it cannot be read, or its first line is empty, holds a NUL byte or has more
 * than 1023 bytes, like any other file that an option names; the message names option and path, never what is in the file.
 */
export async function readPassFile(path: string): Promise<Passphrase> {
  const file = await open(path, 'r').catch((error: unknown) => Promise.reject(readError(path, error)));
  try {
    const bytes = await firstLine(file);
    if (bytes.length === 0) throw invalid(path, 'the first line is empty');
    if (bytes.length > MAX_LINE_BYTES) throw invalid(path, `the first line has more than ${MAX_LINE_BYTES} bytes`);
    if (bytes.includes(0)) throw invalid(path, 'the first line holds a NUL byte');
    const { mode } = await file.stat();
    return { bytes, weak: bytes.toString('utf8').length < WEAK_BELOW_CHARS, readableByOthers: (mode & OTHERS_MAY_READ) !== 0 };
  } catch (error) {
    throw readError(path, error);
  } finally {
    await file.close();
  }
}

/** Makes a pass file that nobody guesses: 32 random bytes in base64 and a line feed, mode 0600. `already_exists` when there is one. */
export async function makePassFile(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => Promise.reject(writeError(path, error)));
  try {
    await file.writeFile(`${randomBytes(NEW_BYTES).toString('base64')}\n`);
    await file.sync();
  } catch (error) {
    throw writeError(path, error);
  } finally {
    await file.close();
  }
}

/** Up to one byte more than is allowed: it may be a device that never ends. */
async function firstLine(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(MAX_LINE_BYTES + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled);
    const end = buffer.subarray(0, filled + bytesRead).indexOf(LINE_END);
    if (end >= 0) return Buffer.from(buffer.subarray(0, end));
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return Buffer.from(buffer.subarray(0, filled));
}

const invalid = (path: string, reason: string, cause?: unknown): FreezerError =>
  new FreezerError('invalid', `--encrypt-pass-file '${path}': ${reason}`, { cause });

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  EISDIR: 'is a directory',
};

function readError(path: string, error: unknown): FreezerError {
  if (FreezerError.is(error)) return error;
  const code = systemCodeOf(error);
  return invalid(path, (code && UNREADABLE[code]) ?? `cannot be read: ${messageOf(error)}`, error);
}

function writeError(path: string, error: unknown): FreezerError {
  const code = systemCodeOf(error);
  if (code === 'EEXIST') return new FreezerError('already_exists', `make-pass-file '${path}': exists already, and is left as it is`, { cause: error });
  if (code === 'ENOENT' || code === 'ENOTDIR') return new FreezerError('not_found', `make-pass-file '${path}': there is no such directory`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new FreezerError('permission_denied', `make-pass-file '${path}': may not be written`, { cause: error });
  return new FreezerError('unavailable', `make-pass-file '${path}': cannot be written: ${messageOf(error)}`, { cause: error });
}
