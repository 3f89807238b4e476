import type { JsonValue } from '@freezer/models';
import { padText, printable, textWidth } from '@freezer/terminal';
import { fill } from './fill.ts';
import { pythonText } from './python-text.ts';

export interface RuledTableOptions {
  /** Terminal columns that the table should not exceed; undefined: as wide as it is. */
  readonly width?: number;
  /** Columns are not made narrower than this, the table is wider then. */
  readonly leastColumn: number;
  /** All columns stand left; else those that begin with a number stand right. */
  readonly isLeft?: boolean;
}

/** A table with rules of `+---+`, as the clients of OpenStack print them. Cells may have several lines. Ends with a line end. */
export function formatRuledTable(titles: readonly string[], rows: readonly (readonly (JsonValue | undefined)[])[], options: RuledTableOptions): string {
  const isRight = titles.map((_, column) => options.isLeft !== true && typeof rows[0]?.[column] === 'number');
  const head = titles.map((title) => [printable(title)]);
  let body = rows.map((row) => titles.map((_, column) => linesOf(row[column])));
  let widths = widthsOf([head, ...body], titles);
  const limits = limitsOf(widths, options);
  if (limits !== undefined) {
    // Titles are not broken: a column is as wide as its title at least.
    const room = titles.map((title, column) => Math.max(textWidth(title), Math.min(widths[column] ?? 0, limits[column] ?? 0)));
    body = body.map((row) =>
      row.map((lines, column) => lines.flatMap((line) => (textWidth(line) > (room[column] ?? 0) ? fill(line, room[column] ?? 0) : [line]))),
    );
    widths = room;
  }
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const write = (row: readonly (readonly string[])[]): string[] => {
    const height = row.reduce((most, lines) => Math.max(most, lines.length), 1);
    return Array.from({ length: height }, (_, index) => {
      const line = row.map((lines, column) => aligned(lines[index] ?? '', widths[column] ?? 0, isRight[column] === true));
      return `| ${line.join(' | ')} |`;
    });
  };
  return `${[rule, ...write(head), rule, ...body.flatMap((row) => write(row)), rule].join('\n')}\n`;
}

// What moves the cursor is made visible; the lines of a cell remain lines.
function linesOf(value: JsonValue | undefined): string[] {
  return pythonText(value).replaceAll('\r\n', '\n').split('\n').map(printable);
}

function aligned(text: string, width: number, isRight: boolean): string {
  return padText(text, width, isRight ? 'right' : 'left');
}

function widthsOf(rows: readonly (readonly (readonly string[])[])[], titles: readonly string[]): number[] {
  const widthOf = (lines: readonly string[]) => lines.reduce((most, line) => Math.max(most, textWidth(line)), 0);
  return titles.map((_, column) => rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? [])), 0));
}

/** How wide each column may be, or `undefined` when the table fits. Wide columns share what narrow ones leave; the last takes the rest. */
function limitsOf(widths: readonly number[], { width, leastColumn }: RuledTableOptions): number[] | undefined {
  const whole = widths.reduce((sum, each) => sum + each + 3, 1);
  if (width === undefined || whole <= width) return undefined;
  const usable = Math.max(0, width - 1 - 3 * widths.length);
  const share = Math.floor(usable / widths.length);
  const wide = widths.filter((each) => each > share);
  let left = widths.reduce((rest, each) => (each > share ? rest : rest - each), usable);
  const each = Math.floor(left / wide.length);
  let remaining = wide.length;
  return widths.map((own) => {
    if (own <= share) return own;
    remaining -= 1;
    if (remaining === 0) return Math.max(leastColumn, left);
    left -= each;
    return Math.max(leastColumn, each);
  });
}
