import { printable } from './printable.ts';
import { padText, textWidth } from './text-width.ts';

export interface TableColumn {
  readonly title: string;
  /** Numbers stand right. Default: left. */
  readonly align?: 'left' | 'right';
}

/** Aligned columns, two blanks between them, each line ended. Control characters in cells are made visible. */
export function formatTable(columns: readonly TableColumn[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map((_, index) => printable(String(row[index] ?? ''))))];
  const widths = columns.map((_, index) => lines.reduce((most, line) => Math.max(most, textWidth(line[index] ?? '')), 0));
  const write = (line: readonly string[]): string =>
    columns
      .map(({ align }, index) => padText(line[index] ?? '', widths[index] ?? 0, align ?? 'left'))
      .join('  ')
      .trimEnd();
  return `${lines.map(write).join('\n')}\n`;
}

/** Names and values below each other, each line ended. */
export function formatProperties(properties: readonly (readonly [name: string, value: string | number])[]): string {
  const width = properties.reduce((most, [name]) => Math.max(most, textWidth(name)), 0);
  return properties.map(([name, value]) => `${padText(name, width)}  ${printable(String(value))}`.trimEnd()).join('\n') + (properties.length > 0 ? '\n' : '');
}
