import { valueAt } from './scalars.ts';

/** What a list is sorted by: numbers before texts before truth values; undefined comes last whichever way. */
export type SortValue = number | string | boolean | undefined;

/** What stands at a path, if one can sort by it. */
export function sortValueAt(document: object, path: string): SortValue {
  const value = valueAt(document, path);
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : undefined;
}

const rankOf = (value: number | string | boolean): number => ['number', 'string', 'boolean'].indexOf(typeof value);

/** Negative when `one` comes first. Texts are compared by their UTF-16 units. */
export function compareSortValues(one: SortValue, two: SortValue, descending: boolean): number {
  if (one === undefined || two === undefined) return Number(one === undefined) - Number(two === undefined);
  const difference = rankOf(one) - rankOf(two) || Number(one > two) - Number(one < two);
  return descending ? -difference : difference;
}
