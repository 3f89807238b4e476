/**
 * How the text of a value is read.
 * - `bool`: `--name` and `--noname`, never a value; in files `True`/`False` and the like.
 * - `switch`: as `bool`, and the next word is taken when it is `true`, `false` and the like (Freezer wants a text there).
 * - `kind`: a name that a plugin answers to; the known ones are listed in `choices`.
 * - `size`: bytes, with 1k, 10K, 120M, 10G. `days`: a number of days, with 12h, 7d, 2w. `date`: an instant, epoch seconds.
 */
export type OptionType = 'string' | 'path' | 'int' | 'float' | 'bool' | 'switch' | 'choice' | 'kind' | 'size' | 'days' | 'date' | 'mode';

/** A default that depends on the host. */
export type ComputedDefault = 'hostname' | 'state_dir' | 'ssh_key';

/** One option: on the command line `--name`, in files `key` of its section, in the settings what `keyOf` says. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** Further long names, also taken from files. */
  readonly aliases?: readonly string[];
  /** Names that only files know, from older releases. Their use is a warning. `[section] key` means one of another section. */
  readonly fileAliases?: readonly string[];
  /** Where it differs from the name with `_` for `-`. */
  readonly key?: string;
  /** The section of files in which it stands. Without: DEFAULT. With one, the command line knows it as `--section-name`. */
  readonly section?: string;
  /** `files`: it does not stand on the command line. */
  readonly only?: 'files';
  readonly type: OptionType;
  readonly default?: string | number | boolean;
  /** A default that is found out when the settings are resolved. */
  readonly computed?: ComputedDefault;
  readonly choices?: readonly string[];
  /** A choice may be written in capitals. */
  readonly anyCase?: true;
  /** Of a path: blanks around it are no part of it. */
  readonly trimmed?: true;
  /** May stand before each choice: `LOG_`. */
  readonly prefix?: string;
  readonly min?: number;
  readonly max?: number;
  readonly repeatable?: true;
  /** Of a repeatable one: a comma parts values, as in a ListOpt of oslo.config. */
  readonly commas?: true;
  readonly secret?: true;
  /** Names of the environment that fill it when no place gave it, best first. */
  readonly env?: readonly string[];
  /** The key of an option that stands in for this one: where a place gave that, the environment does not fill this. */
  readonly envYieldsTo?: string;
  /** The heading under which help and samples show it. */
  readonly group: string;
  /** The actions that it concerns. Without: all. */
  readonly actions?: readonly string[];
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

/** A heading of help and samples. */
export interface OptionGroup {
  readonly group: string;
  readonly title: string;
}
