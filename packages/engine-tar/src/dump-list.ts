import type { ArchivedEntry, BytePath } from '@freezer/core';
import { sourcePathOf } from './index-line.ts';

const ENTRY = /^[YNDRTX] ?/;

/** Whether a line can begin an entry of a dump list as tar prints it: a letter, a blank and the name as it is. */
const isDumpLine = (line: string): boolean => /^[YNDRT] |^X/.test(line);

/**
 * Reads the lines of a directory's dump list. tar prints names as they are, so one with a line end makes several lines;
 * `bytes` is the length of the list in the archive (0: unknown) and tells when that is so. Where it is not clear which lines belong
 * together, every way to read them is a name: too many names keep a file that is gone, too few would lose one.
 */
export function readDumpList(path: BytePath, lines: readonly string[], bytes: number): ArchivedEntry[] {
  const entries: ArchivedEntry[] = [];
  const names = new Set<BytePath>();
  let from: BytePath | undefined;
  let temporary = '';
  for (const entry of joinLines(lines, bytes)) {
    const name = entry.replace(ENTRY, '');
    const letter = entry[0];
    // A name that no file has: tar makes one up when it restores.
    if (letter === 'X') temporary = `${name}/\0`;
    else if (letter === 'R') from = sourcePathOf(name === '' ? temporary : name);
    else if (letter === 'T') {
      if (from !== undefined) entries.push({ kind: 'renamed', from, to: sourcePathOf(name === '' ? temporary : name) });
      from = undefined;
    } else names.add(name);
  }
  return [...entries, { kind: 'names', path, names: [...names] }];
}

function joinLines(lines: readonly string[], bytes: number): string[] {
  const printed = lines.reduce((sum, line) => sum + line.length + 1, 1);
  // In what tar prints each entry has one blank more than in the archive.
  const isPlain = bytes > 0 ? printed - bytes === lines.length : lines.every(isDumpLine);
  if (isPlain && lines.every(isDumpLine)) return [...lines];
  const joined: string[] = [];
  for (const [start, line] of lines.entries()) {
    if (!isDumpLine(line)) continue;
    let text = line;
    joined.push(text);
    for (const next of lines.slice(start + 1)) {
      if (isDumpLine(next) && bytes === 0) break;
      text += `\n${next}`;
      joined.push(text);
      if (text.length > 300) break;
    }
  }
  return joined;
}
