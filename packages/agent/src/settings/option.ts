/**
 * How the text of a value is read.
 * - `bool`: `--name` and `--noname`, never a value; in files `True`/`False` and the like.
 * - `switch`: as `bool`, and the next word is taken when it is `true`, `false` and the like (Freezer wants a text there).
 * - `kind`: a name that a plugin answers to; the known ones are listed in `choices`.
 * - `size`: bytes, with 1k, 10K, 120M, 10G. `days`: a number of days, with 12h, 7d, 2w. `date`: an instant, epoch seconds.
 */
export type OptionType = 'string' | 'path' | 'int' | 'float' | 'bool' | 'switch' | 'choice' | 'kind' | 'size' | 'days' | 'date' | 'mode';

export type OptionGroup =
  | 'what'
  | 'where'
  | 'levels'
  | 'content'
  | 'encryption'
  | 'restore'
  | 'retention'
  | 'running'
  | 'results'
  | 'logging'
  | 'limits'
  | 'snapshot'
  | 'databases'
  | 'servers'
  | 'cloud';

export type ActionName = 'backup' | 'restore' | 'verify' | 'list' | 'show' | 'find' | 'diff' | 'pin' | 'unpin' | 'admin' | 'info' | 'exec';

/** One option: on the command line `--name`, in files and in `Settings` its `key`. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** Further long names, also taken from files. */
  readonly aliases?: readonly string[];
  /** Names that only files know, from older releases. Their use is a warning. */
  readonly fileAliases?: readonly string[];
  /** Where it differs from the name with `_` for `-`. */
  readonly key?: string;
  readonly type: OptionType;
  readonly default?: string | number | boolean;
  /** A default that is found out when the settings are resolved. */
  readonly computed?: 'hostname' | 'state_dir' | 'ssh_key';
  readonly choices?: readonly string[];
  /** A choice may be written in capitals. */
  readonly anyCase?: true;
  /** May stand before each choice: `LOG_`. */
  readonly prefix?: string;
  readonly min?: number;
  readonly max?: number;
  readonly repeatable?: true;
  readonly secret?: true;
  /** Names of the environment that fill it when no place gave it, best first. */
  readonly env?: readonly string[];
  readonly group: OptionGroup;
  /** The actions that it concerns. Without: all. */
  readonly actions?: readonly ActionName[];
  /** Shown in the help in place of the type. */
  readonly value?: string;
  readonly help: string;
  /** What is missing for it to work at all: its use is refused with this text. */
  readonly later?: string;
  /** The same for some of its values. */
  readonly laterValues?: Readonly<Record<string, string>>;
  /** Left out of the short help: it concerns something that is not part of this version, or changes nothing. */
  readonly quietly?: true;
}
