import type { ComputedDefault, Option } from './option.ts';
import { longNameOf } from './option-table.ts';

const PLACEHOLDER: Readonly<Record<Option['type'], string>> = {
  string: 'TEXT',
  path: 'PATH',
  int: 'N',
  float: 'N',
  bool: '',
  switch: '[true|false]',
  choice: '',
  kind: '',
  size: 'BYTES',
  days: 'DAYS',
  date: 'DATE',
  mode: 'OCTAL',
};

/** What a computed default is, for people. */
export const COMPUTED_TEXT: Readonly<Record<ComputedDefault, string>> = {
  hostname: "this host's name",
  state_dir: '/var/lib/freezer for root, else $XDG_STATE_HOME/freezer',
  ssh_key: '~/.ssh/id_rsa',
};

/** The values that this version can work with. */
export const usableChoices = (option: Option): readonly string[] => (option.choices ?? []).filter((choice) => option.laterValues?.[choice] === undefined);

/** `-F, --path-to-backup PATH`; a flag that is on by default stands as `--[no]sync`. */
export function optionUsage(option: Option): string {
  const name = option.type === 'bool' && option.default === true ? `--[no]${longNameOf(option)}` : `--${longNameOf(option)}`;
  const choices = usableChoices(option);
  const value = option.value ?? (choices.length > 1 && choices.length <= 3 ? choices.join('|') : choices.length > 0 ? 'NAME' : PLACEHOLDER[option.type]);
  return `${option.short === undefined ? '' : `-${option.short}, `}${name}${value === '' ? '' : ` ${value}`}`;
}

/** The default as a text; empty when there is none worth saying. */
function defaultText(option: Option): string {
  if (option.computed !== undefined) return COMPUTED_TEXT[option.computed];
  if (option.default === true) return 'on';
  if (option.type === 'bool' || option.type === 'switch' || option.default === undefined || option.default === '') return '';
  return String(option.default);
}

/** The help of an option with its values and its default. */
export function optionHelp(option: Option): string {
  const choices = usableChoices(option);
  const narrowed = choices.length < (option.choices?.length ?? 0);
  const allowed = narrowed ? ` (in this version: ${choices.join(', ')})` : choices.length > 3 ? ` (${choices.join(', ')})` : '';
  const preset = defaultText(option);
  return `${option.help}${allowed}${preset === '' ? '' : ` (default: ${preset})`}`;
}
