import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { FreezerError, systemCodeOf } from '@freezer/core';

/** The JSON in a file; undefined when there is no such file, or when it was cut off by a crash of the machine. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    // Files of ours appear by a rename: what cannot be read was damaged from outside.
    return undefined;
  }
}

/** Replaces a file in one step, on the disk when this resolves. 0600. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWhole(path, JSON.stringify(value));
}

/** The same for any text. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new FreezerError('unavailable', `${path} cannot be written (${systemCodeOf(error) ?? 'unknown reason'})`, { cause: error });
  }
}
