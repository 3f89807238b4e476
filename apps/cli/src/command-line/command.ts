/** An option as it is given; `metavar` is what stands for its value, none means that it takes none. */
export interface OptionSpec {
  /** Without dashes: `max-width`. */
  readonly name: string;
  /** Without dash. */
  readonly short?: string;
  readonly metavar?: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  readonly repeatable?: boolean;
  /** Other long names. */
  readonly aliases?: readonly string[];
  /** Shown by completion and help as a path. */
  readonly isFile?: boolean;
  /** Headline in the help; default `options`. */
  readonly group?: string;
  /** Never shown with its value. */
  readonly isSecret?: boolean;
}

export interface OperandSpec {
  readonly name: string;
  readonly help: string;
  readonly isFile?: boolean;
  readonly choices?: readonly string[];
  /** May be left out, or given several times. */
  readonly isOptional?: boolean;
  readonly isRepeatable?: boolean;
}

/** What a command prints: a table, one item, a text of its own, or nothing. */
export type ResultKind = 'list' | 'show' | 'text' | 'none';

export interface Command {
  readonly name: string;
  readonly group: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Further paragraphs of its own help. */
  readonly details?: readonly string[];
  readonly operands: readonly OperandSpec[];
  readonly options: readonly OptionSpec[];
  readonly result: ResultKind;
  /** Command lines behind `freezer `, with what they do. */
  readonly examples: readonly (readonly [line: string, does: string])[];
}

/** What was given, by the name of option or operand. A flag is `true`. */
export interface GivenValues {
  readonly options: Readonly<Record<string, string | true | readonly string[]>>;
  readonly operands: Readonly<Record<string, string | readonly string[]>>;
}

/** The value of an option that takes one. */
export function textOf(values: GivenValues, name: string): string | undefined {
  const value = values.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function listOf(values: GivenValues, name: string): readonly string[] {
  const value = values.options[name];
  if (typeof value === 'string') return [value];
  return typeof value === 'object' ? value : [];
}

export function isGiven(values: GivenValues, name: string): boolean {
  return values.options[name] !== undefined;
}

/** An operand that must be there: the parser has seen to it. */
export function operandOf(values: GivenValues, name: string): string {
  const value = values.operands[name];
  if (typeof value !== 'string') throw new TypeError(`the command has no operand ${name}`);
  return value;
}
