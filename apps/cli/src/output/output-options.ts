export const LIST_FORMATS = ['csv', 'json', 'table', 'value', 'yaml'] as const;
export const SHOW_FORMATS = ['json', 'shell', 'table', 'value', 'yaml'] as const;
export const QUOTES = ['all', 'minimal', 'none', 'nonnumeric'] as const;

export type Format = (typeof LIST_FORMATS)[number] | (typeof SHOW_FORMATS)[number];
export type Quote = (typeof QUOTES)[number];

/** How a result is printed: the options that all commands with a table have. */
export interface OutputOptions {
  readonly format: Format;
  /** Titles of the columns that are printed, in any order; empty: all. */
  readonly columns: readonly string[];
  readonly sortColumns: readonly string[];
  readonly isDescending: boolean;
  readonly quote: Quote;
  readonly isIndented: boolean;
  /** Terminal columns; undefined: as wide as the table is. */
  readonly width: number | undefined;
  /** A table without rows is printed as its titles, else as one empty row. */
  readonly printsEmpty: boolean;
  /** Before each name in the format `shell`. */
  readonly prefix: string;
  /** The names that are printed in the format `shell`; empty: all. */
  readonly variables: readonly string[];
}
