import { padText, printable, textWidth } from '@freezer/terminal';

/** A table with lines, as the older releases print their lists. Ends with a line end. */
export function ruledTable(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [titles, ...rows.map((row) => titles.map((_, index) => printable(String(row[index] ?? ''))))];
  const widths = titles.map((_, index) => lines.reduce((most, line) => Math.max(most, textWidth(line[index] ?? '')), 0));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const write = (line: readonly string[]): string => `| ${widths.map((width, index) => padText(line[index] ?? '', width)).join(' | ')} |\n`;
  const [head = [], ...body] = lines;
  return `${rule}${write(head)}${rule}${body.map(write).join('')}${rule}`;
}
