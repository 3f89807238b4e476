import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { systemCodeOf } from '@freezer/core';
import { type KnownHost, keyTypeOf, parseKnownHosts } from './known-hosts.ts';

const NEWLINE = 0x0a;

/** The lines of all these files. One that does not exist has none; one that cannot be read is an error. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  const lines: KnownHost[] = [];
  for (const file of files) {
    try {
      lines.push(...parseKnownHosts(await readFile(file, 'utf8'), file));
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT' && systemCodeOf(error) !== 'ENOTDIR') throw error;
    }
  }
  return lines;
}

/** Adds a line for a server; file and folder are made as `ssh` makes them. */
export async function addKnownHost(file: string, name: string, key: Buffer): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
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
