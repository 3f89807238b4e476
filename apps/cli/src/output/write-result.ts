import { FreezerError } from '@freezer/core';
import type { JsonValue } from '@freezer/models';
import type { Cell } from './cell.ts';
import { csvText } from './csv-text.ts';
import { jsonText } from './json-text.ts';
import type { OutputOptions } from './output-options.ts';
import { pythonText } from './python-text.ts';
import { formatRuledTable } from './ruled-table.ts';

/** Rows below titles. */
export interface ListResult {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Names and values. */
export type ShowResult = readonly (readonly [title: string, value: Cell])[];

/** The text of a list in the wanted format; ends with a line end, or is empty. */
export async function listText(result: ListResult, options: OutputOptions): Promise<string> {
  const { titles, rows } = selected(sorted(result, options), options);
  switch (options.format) {
    case 'json':
      return jsonText(
        rows.map((row) => objectOf(titles, row)),
        options.isIndented,
      );
    case 'yaml':
      return (await import('./yaml-text.ts')).yamlText(rows.map((row) => objectOf(titles, row)));
    case 'csv':
      return csvText([titles, ...rows], options.quote);
    case 'value':
    case 'shell':
      return rows.map((row) => `${row.map(pythonText).join(' ')}\n`).join('');
    case 'table': {
      // Freezer's client shows that there is nothing by a row of nothing.
      const shown = rows.length > 0 || options.printsEmpty ? rows : [titles.map(() => '')];
      return formatRuledTable(titles, shown, { leastColumn: 8, ...(options.width !== undefined && { width: options.width }) });
    }
  }
}

/** The text of one item in the wanted format. */
export async function showText(result: ShowResult, options: OutputOptions): Promise<string> {
  const titles = result.map(([title]) => title);
  const wanted = wantedOf(titles, options.columns);
  const pairs = result.filter(([title]) => wanted.includes(title));
  switch (options.format) {
    case 'json':
      return jsonText(
        objectOf(
          wanted,
          pairs.map(([, value]) => value),
        ),
        options.isIndented,
      );
    case 'yaml':
      return (await import('./yaml-text.ts')).yamlText(
        objectOf(
          wanted,
          pairs.map(([, value]) => value),
        ),
      );
    case 'shell':
      return pairs.map(([title, value]) => shellLine(title, value, options)).join('');
    case 'value':
    case 'csv':
      return pairs.map(([, value]) => `${pythonText(value)}\n`).join('');
    case 'table':
      return formatRuledTable(['Field', 'Value'], pairs, { leastColumn: 16, isLeft: true, ...(options.width !== undefined && { width: options.width }) });
  }
}

function objectOf(titles: readonly string[], row: readonly Cell[]): { readonly [title: string]: JsonValue } {
  return Object.fromEntries(titles.map((title, index) => [title, row[index] ?? null]));
}

/** The titles that are printed, in their own order. Fails with `invalid` when none of the columns is there. */
export function wantedOf(titles: readonly string[], columns: readonly string[]): readonly string[] {
  if (columns.length === 0) return titles;
  const wanted = titles.filter((title) => columns.includes(title));
  if (wanted.length === 0)
    throw new FreezerError(
      'invalid',
      `there is no column ${columns.map((name) => `'${name}'`).join(', ')}; there is ${titles.map((name) => `'${name}'`).join(', ')}`,
    );
  return wanted;
}

function selected({ titles, rows }: ListResult, { columns }: OutputOptions): ListResult {
  const wanted = wantedOf(titles, columns);
  if (wanted === titles) return { titles, rows };
  const places = wanted.map((title) => titles.indexOf(title));
  return { titles: wanted, rows: rows.map((row) => places.map((place) => row[place])) };
}

/** By the first column that is named, within it by the next; what is not there last. */
function sorted({ titles, rows }: ListResult, { sortColumns, isDescending }: OutputOptions): ListResult {
  const places = sortColumns.map((title) => titles.indexOf(title)).filter((place) => place >= 0);
  if (places.length === 0) return { titles, rows };
  const direction = isDescending ? -1 : 1;
  const compare = (a: readonly Cell[], b: readonly Cell[]) => {
    for (const place of places) {
      const order = orderOf(a[place] ?? null, b[place] ?? null);
      if (order !== 0) return order * direction;
    }
    return 0;
  };
  return { titles, rows: [...rows].sort(compare) };
}

function orderOf(a: JsonValue, b: JsonValue): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [pythonText(a), pythonText(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

// Safe for `eval` in a shell, where the client of Python leaves $( ) and ` alive.
function shellLine(title: string, value: Cell, { prefix, variables }: OutputOptions): string {
  const name = title.toLowerCase().replaceAll(' ', '_');
  if (variables.length > 0 && !variables.includes(name)) return '';
  return `${prefix}${name.replaceAll(/[^a-z0-9_]/g, '_')}="${pythonText(value).replaceAll(/["\\$`]/g, String.raw`\$&`)}"\n`;
}
