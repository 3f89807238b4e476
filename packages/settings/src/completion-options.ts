import type { Option } from './option.ts';
import { longNameOf, type OptionTable } from './option-table.ts';
import { usableChoices } from './option-text.ts';

/** What may follow an option, as a shell sees it. */
export type ValueKind = 'none' | 'words' | 'file' | 'folder' | 'text';

/** One option for a shell. */
export interface CompletionOption {
  /** `--sync`; its twin `--nosync` is a row of its own. */
  readonly long: string;
  readonly short?: string | undefined;
  readonly kind: ValueKind;
  /** For `words`. */
  readonly words: readonly string[];
  readonly repeatable: boolean;
  readonly actions?: readonly string[] | undefined;
  readonly help: string;
}

const FILE = new Set(['FILE', 'PATH']);

function kindOf(option: Option): ValueKind {
  if (option.type === 'bool' || option.type === 'switch') return 'none';
  if (usableChoices(option).length > 0) return 'words';
  if (option.value === 'DIR') return 'folder';
  return option.type === 'path' || FILE.has(option.value ?? '') ? 'file' : 'text';
}

function rowsOf(option: Option): readonly CompletionOption[] {
  const kind = kindOf(option);
  const row: CompletionOption = {
    long: `--${longNameOf(option)}`,
    short: option.short === undefined ? undefined : `-${option.short}`,
    kind,
    words: kind === 'words' ? usableChoices(option) : [],
    repeatable: option.repeatable === true,
    actions: option.actions,
    help: option.help,
  };
  if (option.type !== 'bool') return [row];
  return [row, { ...row, long: `--no${longNameOf(option)}`, short: undefined, help: `not: ${option.help}` }];
}

const HELP: CompletionOption = { long: '--help', short: '-h', kind: 'none', words: [], repeatable: false, help: 'how it is used' };
const VERSION: CompletionOption = { long: '--version', kind: 'none', words: [], repeatable: false, help: 'the version' };

/** Every option that works in this version, for shells. */
export const completionOptions = (table: OptionTable): readonly CompletionOption[] => [
  ...table.options.filter(({ later, only }) => later === undefined && only === undefined).flatMap(rowsOf),
  HELP,
  VERSION,
];

/** Those that concern an action. */
export const optionsOfAction = (options: readonly CompletionOption[], action: string): readonly CompletionOption[] =>
  options.filter(({ actions }) => actions === undefined || actions.some((name) => name === action));
