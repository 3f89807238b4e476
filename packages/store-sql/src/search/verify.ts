import { matchesFilter, wordsOf } from '@freezer/core';
import type { FoundRow } from '../rows.ts';
import type { Rest } from './plan.ts';

/** A row whose document was read to look at it. */
export interface ReadRow {
  readonly row: FoundRow;
  readonly document: object;
}

/** A look at the text that says no for most documents, so that they need not be parsed. */
function couldHold({ match, text }: Rest): (json: string) => boolean {
  // JSON escapes quotes, backslashes and what is below a blank; letters and digits stand there as they are.
  const needles = match.flatMap(({ value }) => (typeof value === 'string' ? [JSON.stringify(value).slice(1, -1)] : []));
  const words = text === undefined ? [] : wordsOf(text);
  return (json) => {
    if (!needles.every((needle) => json.includes(needle))) return false;
    if (words.length === 0) return true;
    const lower = json.normalize('NFC').toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}

/** Reads the documents of rows, and keeps those that hold what the index could not say. */
export function verifier(rest: Rest | undefined): (rows: readonly FoundRow[]) => ReadRow[] {
  const read = (row: FoundRow): ReadRow => ({ row, document: JSON.parse(row.document) as object });
  if (!rest) return (rows) => rows.map(read);
  const could = couldHold(rest);
  return (rows) =>
    rows
      .filter(({ document }) => could(document))
      .map(read)
      .filter(({ document }) => matchesFilter(document, rest));
}
