import type { BytePath } from '@freezer/core';
import { formatIndexLine, parseIndexLine } from '@freezer/format';
import type { HistoryEntry } from './point-history.ts';

/** A path of the older level that has another name now (`to`), or is gone (no `to`). */
export interface LevelChange {
  readonly from: BytePath;
  readonly to: BytePath | undefined;
  readonly isDirectory: boolean;
}

/** The line of an entry of a point: the number of the level, the stored names where they are others, a blank, the line of an index. */
export function formatPointEntry({ entry, level, stored }: HistoryEntry): string {
  const names = stored === undefined ? '' : JSON.stringify([stored.path, stored.target]);
  return `${level}${names === '' ? '' : `:${names.length}`} ${names}${formatIndexLine(entry)}`;
}

export function parsePointEntry(line: string): HistoryEntry {
  const blank = line.indexOf(' ');
  const [level, length = '0'] = line.slice(0, blank).split(':');
  const begin = blank + 1 + Number(length);
  const entry = parseIndexLine(line.slice(begin), 0);
  if (entry?.kind !== 'held') throw new TypeError('parsePointEntry: a line of a work file holds no entry');
  const known = { entry, level: Number(level) };
  return length === '0' ? known : { ...known, stored: parseStored(line.slice(blank + 1, begin)) };
}

function parseStored(text: string): HistoryEntry['stored'] {
  const value: unknown = JSON.parse(text);
  const [path, target]: readonly unknown[] = Array.isArray(value) ? value : [];
  if (typeof path !== 'string') throw new TypeError('parsePointEntry: a line of a work file holds no name');
  return { path, target: typeof target === 'string' ? target : undefined };
}

export const formatChange = ({ from, to, isDirectory }: LevelChange): string => JSON.stringify([isDirectory, from, to]);

export function parseChange(line: string): LevelChange {
  const value: unknown = JSON.parse(line);
  const [isDirectory, from, to]: readonly unknown[] = Array.isArray(value) ? value : [];
  if (typeof from !== 'string') throw new TypeError('parseChange: a line of a work file holds no path');
  return { from, to: typeof to === 'string' ? to : undefined, isDirectory: isDirectory === true };
}
