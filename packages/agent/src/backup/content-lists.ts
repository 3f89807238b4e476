import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { type BytePath, bytePathOf, displayPath, FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { Settings } from '../settings/settings.ts';

/** What files named by options say of the content, read once at the beginning of a run. */
export interface ContentLists {
  /** Of every `--exclude-from`; undefined when there was none. */
  readonly patterns: readonly BytePath[] | undefined;
  /** Of `--files-from`, below the source; undefined when it was not given. */
  readonly paths: readonly BytePath[] | undefined;
}

/** Reads `--exclude-from` and `--files-from`. Fails with `invalid`, naming option, file and line. */
export async function readContentLists({ exclude_from, files_from, path_to_backup = '' }: Settings): Promise<ContentLists> {
  const patterns: BytePath[] = [];
  for (const file of exclude_from) patterns.push(...patternsOf(await readList('--exclude-from', file)));
  const paths = files_from === undefined ? undefined : pathsOf(await readList('--files-from', files_from), path_to_backup);
  if (paths?.length === 0) throw new FreezerError('invalid', `--files-from: ${files_from} names no path`);
  return { patterns: exclude_from.length === 0 ? undefined : patterns, paths };
}

async function readList(option: string, file: string): Promise<string> {
  try {
    // The mark that editors on Windows begin a file with belongs to no name.
    return (await readFile(file, 'latin1')).replace(/^\u00ef\u00bb\u00bf/, '');
  } catch (error) {
    const reason = systemCodeOf(error) === 'ENOENT' ? 'is not there' : `cannot be read: ${messageOf(error)}`;
    throw new FreezerError('invalid', `${option}: ${file} ${reason}`, { cause: error });
  }
}

/** As GNU tar reads them: a pattern a line, without the blanks at its end; lines of blanks say nothing. */
const patternsOf = (text: string): BytePath[] =>
  text
    .split('\n')
    .map((line) => line.replace(/[ \t\v\f\r]+$/, ''))
    .filter((line) => line !== '');

/** Ended by NUL when there is a NUL in the file, else a path a line, as it is; where each line ends as on Windows that is no part of the path. */
function pathsOf(text: string, source: string): BytePath[] {
  const root = bytePathOf(source);
  const end = text.includes('\0') ? '\0' : text.includes('\r\n') && !/(?:^|[^\r])\n/.test(text) ? '\r\n' : '\n';
  return text.split(end).flatMap((line, at) => (line === '' ? [] : [relativePath(line, root, at + 1)]));
}

function relativePath(line: BytePath, root: BytePath, number: number): BytePath {
  const path = isAbsolute(line) ? relative(root, line) : line;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) throw new FreezerError('invalid', `--files-from: line ${number}: '${displayPath(line)}' is not below ${displayPath(root)}`);
  return names.length === 0 ? '.' : names.join('/');
}

/** The digest of a list, whatever its order. */
export function digestOf(list: readonly BytePath[]): string {
  const hash = createHash('sha256');
  for (const line of list.toSorted()) hash.update(`${line}\0`, 'latin1');
  return hash.digest('hex');
}

/** The settings by which the engine is told. */
export const engineSettingsOf = ({ patterns, paths }: ContentLists): Readonly<Record<string, unknown>> => ({
  ...(patterns && { exclude_patterns: patterns }),
  ...(paths && { only_paths: paths }),
});
