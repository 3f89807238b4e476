import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import { type KnownHost, keyTypeOf, parseKnownHosts } from './known-hosts.ts';

const NEWLINE = 0x0a;

/** The lines of all these files. One that does not exist has none; one that cannot be read is `invalid`. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  const lines: KnownHost[] = [];
  for (const file of files) {
    try {
      lines.push(...parseKnownHosts(await readFile(file, 'utf8'), file));
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') continue;
      throw new FreezerError('invalid', `ssh_known_hosts: ${file} cannot be read: ${code ?? messageOf(error)}`, { cause: error });
    }
  }
  return lines;
}

/** Adds a line for a server; file and folder are made as `ssh` makes them, and nothing above the folder. */
export async function addKnownHost(file: string, name: string, key: Buffer): Promise<void> {
  await makeFolder(path.dirname(file));
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const separator = size > 0 && last[0] !== NEWLINE ? '\n' : '';
    await handle.appendFile(`${separator}${name} ${keyTypeOf(key)} ${key.toString('base64')}\n`);
  } finally {
    await handle.close();
  }
}

/** Not by Node's `recursive`, which never comes back where a name may not be made, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  }
}
