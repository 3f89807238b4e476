import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const STRAY = 'stray of somebody else';

/** The directories of a listing. */
const directoriesOf = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.startsWith('d ')).map((line) => line.split(' ').slice(7).join(' '));

/** Fills a folder with every directory that any of the listings has, and puts a stranger's file into each. Resolves to their paths. */
export async function scatterStrays(target: string, listings: readonly (readonly string[])[]): Promise<readonly string[]> {
  const folders = [...new Set(['', ...listings.flatMap(directoriesOf)])];
  for (const folder of folders) {
    await mkdir(join(target, folder), { recursive: true });
    await writeFile(join(target, folder, STRAY), `here was ${folder}\n`);
  }
  return folders.map((folder) => join(folder, STRAY)).toSorted();
}

/** The strays that still hold what they held. */
export async function untouchedStrays(target: string, strays: readonly string[]): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const stray of strays) {
    const folder = stray.slice(0, -STRAY.length).replace(/\/$/, '');
    const text = await readFile(join(target, stray), 'utf8').catch(() => undefined);
    if (text === `here was ${folder}\n`) kept.push(stray);
  }
  return kept;
}

/** A listing without the strays, and without the directories that are there for them only. */
export function withoutStrays(lines: readonly string[], point: readonly string[]): readonly string[] {
  const known = new Set(directoriesOf(point));
  return lines.filter((line) => {
    const path = line.split(' ').slice(7).join(' ');
    return line.startsWith('d ') ? known.has(path) : !path.endsWith(STRAY);
  });
}
