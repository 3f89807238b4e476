import { LIST_FORMATS, QUOTES, SHOW_FORMATS } from '../output/output-options.ts';
import type { OptionSpec, ResultKind } from './command.ts';

const OUTPUT = 'what is printed, and how';

const COLUMN: OptionSpec = { name: 'column', short: 'c', metavar: 'COLUMN', help: 'only this column; can be repeated', repeatable: true, group: OUTPUT };
const NOINDENT: OptionSpec = { name: 'noindent', help: 'JSON on one line', group: OUTPUT };
const WIDTHS: readonly OptionSpec[] = [
  { name: 'max-width', metavar: 'COLUMNS', help: 'widest table, 0: as wide as it is (also CLIFF_MAX_TERM_WIDTH)', group: OUTPUT },
  { name: 'fit-width', help: 'table as wide as the terminal at most (also CLIFF_FIT_WIDTH=1)', group: OUTPUT },
  { name: 'print-empty', help: 'titles also when there is nothing to show', group: OUTPUT },
];

const format = (choices: readonly string[]): OptionSpec => ({
  name: 'format',
  short: 'f',
  metavar: 'FORMAT',
  choices,
  help: `${choices.join(', ')}; default table`,
  group: OUTPUT,
});

const LIST: readonly OptionSpec[] = [
  format(LIST_FORMATS),
  COLUMN,
  { name: 'sort-column', metavar: 'COLUMN', help: 'sort by this column; can be repeated', repeatable: true, group: OUTPUT },
  { name: 'sort-ascending', help: 'smallest first', group: OUTPUT },
  { name: 'sort-descending', help: 'largest first', group: OUTPUT },
  { name: 'quote', metavar: 'WHAT', choices: QUOTES, help: `what is quoted in CSV: ${QUOTES.join(', ')}; default nonnumeric`, group: OUTPUT },
  NOINDENT,
  ...WIDTHS,
];

const SHOW: readonly OptionSpec[] = [
  format(SHOW_FORMATS),
  COLUMN,
  NOINDENT,
  ...WIDTHS,
  { name: 'prefix', metavar: 'PREFIX', help: 'before each name in the format shell', group: OUTPUT },
  { name: 'variable', metavar: 'NAME', help: 'only this name in the format shell; can be repeated', repeatable: true, group: OUTPUT },
];

/** The options that come with what a command prints. */
export function outputOptionsOf(kind: ResultKind): readonly OptionSpec[] {
  return kind === 'list' ? LIST : kind === 'show' ? SHOW : [];
}
