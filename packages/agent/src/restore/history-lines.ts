import type { BytePath } from '@freezer/core';
import { formatIndexLine, type PointEntry, parseIndexLine } from '@freezer/format';

/** A path of the older level that has another name now (`to`), or is gone (no `to`). */
export interface LevelChange {
  readonly from: BytePath;
  readonly to: BytePath | undefined;
  readonly isDirectory: boolean;
}

/** The line of an entry of a point: the number of the level, a blank, the line of an index. */
export const formatPointEntry = ({ entry, level }: PointEntry): string => `${level} ${formatIndexLine(entry)}`;

export function parsePointEntry(line: string): PointEntry {
  const blank = line.indexOf(' ');
  const entry = parseIndexLine(line.slice(blank + 1), 0);
  if (entry?.kind !== 'held') throw new TypeError('parsePointEntry: a line of a work file holds no entry');
  return { entry, level: Number(line.slice(0, blank)) };
}

export const formatChange = ({ from, to, isDirectory }: LevelChange): string => JSON.stringify([isDirectory, from, to]);

export function parseChange(line: string): LevelChange {
  const value: unknown = JSON.parse(line);
  const [isDirectory, from, to]: readonly unknown[] = Array.isArray(value) ? value : [];
  if (typeof from !== 'string') throw new TypeError('parseChange: a line of a work file holds no path');
  return { from, to: typeof to === 'string' ? to : undefined, isDirectory: isDirectory === true };
}
