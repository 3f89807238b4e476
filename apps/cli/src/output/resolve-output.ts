import { FreezerError } from '@freezer/core';
import { type GivenValues, isGiven, listOf, textOf } from '../command-line/command.ts';
import type { Format, OutputOptions, Quote } from './output-options.ts';

export interface OutputPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of the terminal on stdout; undefined when it is none. */
  readonly columns: number | undefined;
}

/** How a result is printed, from the options of its command, and cliff's variables. The parser has checked the words. */
export function resolveOutput(values: GivenValues, { environment, columns }: OutputPlace): OutputOptions {
  if (isGiven(values, 'sort-ascending') && isGiven(values, 'sort-descending'))
    throw new FreezerError('invalid', '--sort-ascending and --sort-descending exclude each other');
  return {
    format: (textOf(values, 'format') ?? 'table') as Format,
    columns: listOf(values, 'column'),
    sortColumns: listOf(values, 'sort-column'),
    isDescending: isGiven(values, 'sort-descending'),
    quote: (textOf(values, 'quote') ?? 'nonnumeric') as Quote,
    isIndented: !isGiven(values, 'noindent'),
    width: widthOf(values, environment, columns),
    printsEmpty: isGiven(values, 'print-empty'),
    prefix: textOf(values, 'prefix') ?? '',
    variables: listOf(values, 'variable'),
  };
}

function widthOf(values: GivenValues, environment: OutputPlace['environment'], columns: number | undefined): number | undefined {
  const given = textOf(values, 'max-width');
  if (given !== undefined && !/^-?\d{1,6}$/.test(given)) throw new FreezerError('invalid', `--max-width '${given}': it must be a number`);
  const widest = Number(given ?? environment['CLIFF_MAX_TERM_WIDTH'] ?? 0);
  if (widest > 0) return widest;
  const fits = isGiven(values, 'fit-width') || Number(environment['CLIFF_FIT_WIDTH'] ?? 0) !== 0;
  return fits ? columns : undefined;
}
