import { open } from 'node:fs/promises';
import { type BytePath, systemCodeOf } from '@freezer/core';
import { isEntryLine, parseIndexLine } from './index-line.ts';

/** Longer than a line with the longest path that Linux knows, each byte escaped. */
const TAIL_BYTES = 20 * 1024;

/** The path of the last entry that tar named in its index file; tar writes a line before it begins with the entry. */
export async function pathReached(indexPath: string): Promise<BytePath | undefined> {
  for (const line of (await tailOf(indexPath)).split('\n').slice(0, -1).toReversed()) {
    const entry = isEntryLine(line) ? parseIndexLine(line)?.entry : undefined;
    if (entry !== undefined) return entry.path;
  }
  return undefined;
}

/** Each char is one byte. Empty before tar has made the file. */
async function tailOf(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const begin = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - begin), 0, size - begin, begin);
    return buffer.toString('latin1', 0, bytesRead);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
