import type { Cell } from './cell.ts';
import type { Quote } from './output-options.ts';
import { pythonText } from './python-text.ts';

/** Comma-separated values; quotes inside are doubled, or, without quotes, escaped by a backslash. */
export function csvText(rows: readonly (readonly Cell[])[], quote: Quote): string {
  return rows.map((row) => `${row.map((cell) => field(cell, quote, row.length)).join(',')}\n`).join('');
}

function field(cell: Cell, quote: Quote, count: number): string {
  const text = cell === null || cell === undefined ? '' : pythonText(cell);
  const needs = /[",\n\r\\]/.test(text) || (text === '' && count === 1);
  if (quote === 'none') return text.replaceAll(/[",\n\r\\]/g, String.raw`\$&`);
  const isQuoted = quote === 'all' || (quote === 'nonnumeric' ? typeof cell !== 'number' && typeof cell !== 'boolean' : needs);
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '""');
  return isQuoted ? `"${escaped}"` : escaped;
}
