import type { TreeChange } from '@freezer/testing';

const FIRST_NAME = 6;

/**
 * What is compared of the lines of `describeTree` after these changes. An increment of GNU tar holds one name of a file with several when
 * a directory with another one was renamed, so that the names come back as files of their own (README, limits): then all but the link is compared.
 */
export function comparable(changes: readonly TreeChange[]): (lines: readonly string[]) => readonly string[] {
  const kinds = new Set(changes.map(({ kind }) => kind));
  if (!kinds.has('link') || !(kinds.has('rename') || kinds.has('swap'))) return (lines) => lines;
  return (lines) => lines.map((line) => JSON.stringify(JSON.parse(line).toSpliced(FIRST_NAME, 1)));
}
