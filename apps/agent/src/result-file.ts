import { randomBytes } from 'node:crypto';
import { fstatSync, write } from 'node:fs';
import { access, constants, lstat, open, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Settings } from '@freezer/agent';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';

const writeBytes = promisify(write);

/** Node has descriptors of its own (an epoll, for one) under small numbers: those are no place to write to. */
function isOpenForUs(descriptor: number): boolean {
  try {
    const found = fstatSync(descriptor);
    return found.isFIFO() || found.isFile() || found.isSocket() || found.isCharacterDevice();
  } catch {
    return false;
  }
}

/** Fails with `invalid` before the run when its result document could not be written after it. */
export async function checkResultPlaces(settings: Settings): Promise<void> {
  const { metadata_fd: descriptor, metadata_out: path } = settings;
  if (descriptor !== undefined && !isOpenForUs(descriptor)) throw new FreezerError('invalid', `--metadata-fd: descriptor ${descriptor} is not open`);
  if (path === undefined || path === '-') return;
  const folder = await lstat(await realpath(dirname(path)).catch(() => '')).catch(() => undefined);
  if (!folder?.isDirectory()) throw new FreezerError('invalid', `--metadata-out: ${dirname(path)} is not a directory`);
  const target = await realpath(path).catch(() => path);
  const present = await lstat(target).catch(() => undefined);
  if (present?.isDirectory()) throw new FreezerError('invalid', `--metadata-out: ${path} is a directory`);
  // What is no plain file is written into; a plain one is made anew, in its folder.
  const written = present?.isFile() === false ? target : dirname(target);
  await access(written, constants.W_OK).catch((error: unknown) => {
    throw new FreezerError('invalid', `--metadata-out: ${path} may not be written (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
  });
}

/** The whole text to a descriptor, also when it is a pipe that is full for a moment. */
async function writeDescriptor(descriptor: number, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += (await writeBytes(descriptor, bytes, done, bytes.length - done, null)).bytesWritten;
    } catch (error) {
      if (systemCodeOf(error) !== 'EAGAIN') throw error;
      await sleep(10);
    }
  }
}

/** A file appears whole or not at all; what is no plain file (a device, a pipe) is written into. */
async function writeWhole(path: string, text: string): Promise<void> {
  const present = await lstat(path).catch(() => undefined);
  if (present && !present.isFile() && !present.isSymbolicLink()) return writeFile(path, text);
  const target = present?.isSymbolicLink() ? await realpath(path) : path;
  const temporary = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    await using file = await open(temporary, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Hands the result document over where it was asked for. Standard output is the caller's. Fails with `unavailable`, naming the option. */
export async function writeResultPlaces(settings: Settings, text: string): Promise<void> {
  const { metadata_fd: descriptor, metadata_out: path } = settings;
  try {
    if (descriptor !== undefined) await writeDescriptor(descriptor, text);
    if (path !== undefined && path !== '-') await writeWhole(path, text);
  } catch (error) {
    const place = descriptor === undefined ? `--metadata-out ${path}` : `--metadata-fd ${descriptor}`;
    throw new FreezerError('unavailable', `${place}: the result document could not be written: ${messageOf(error)}`, { cause: error });
  }
}
