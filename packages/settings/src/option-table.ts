import type { Option, OptionGroup } from './option.ts';

const DEFAULT_SECTION = 'DEFAULT';

const snake = (name: string): string => name.replaceAll('-', '_');

const isFlag = ({ type }: Option): boolean => type === 'bool' || type === 'switch';

/** The section of files in which an option stands. */
export const sectionOf = (option: Option): string => option.section ?? DEFAULT_SECTION;

/** The name of an option in its section. */
export const fileKeyOf = (option: Option): string => option.key ?? snake(option.name);

/** The name of an option in the settings, and behind `$` in files: its key, with `section.` before it where it has a section. */
export const keyOf = (option: Option): string => (option.section === undefined ? fileKeyOf(option) : `${option.section}.${fileKeyOf(option)}`);

/** The long name of an option without `--`: oslo.config puts the section before it. */
export const longNameOf = (option: Option): string => (option.section === undefined ? option.name : `${option.section.replaceAll('_', '-')}-${option.name}`);

/** As `SECTION` is written or was in older days: DEFAULT in any case. */
const sameSection = (section: string): string => (section.toUpperCase() === DEFAULT_SECTION ? DEFAULT_SECTION : section);

const place = (section: string, name: string): string => `${sameSection(section)}\n${snake(name)}`;

function filePlaces(option: Option): string[] {
  const own = sectionOf(option);
  const names = [option.name, ...(option.aliases ?? []), ...(option.fileAliases ?? []), fileKeyOf(option)];
  return names.map((name) => {
    const [, section, key] = (name.startsWith('[') && /^\[(.+)\] (.+)$/.exec(name)) || [];
    return section === undefined || key === undefined ? place(own, name) : place(section, key);
  });
}

/** All options that a program knows, and by which names. */
export class OptionTable<Row extends Option = Option> {
  readonly options: readonly Row[];
  /** In the order of the help. */
  readonly groups: readonly OptionGroup[];
  /** The sections in which options stand; DEFAULT is among them. */
  readonly sections: ReadonlySet<string>;
  readonly #byKey: ReadonlyMap<string, Row>;
  readonly #byPlace: ReadonlyMap<string, Row>;

  constructor(options: readonly Row[], groups: readonly OptionGroup[]) {
    this.options = options;
    this.groups = groups;
    this.#byKey = new Map(options.map((option) => [keyOf(option), option]));
    this.#byPlace = new Map(options.flatMap((option) => filePlaces(option).map((name) => [name, option] as const)));
    this.sections = new Set([DEFAULT_SECTION, ...[...this.#byPlace.keys()].map((name) => name.split('\n', 1)[0] ?? '')]);
  }

  /** The option with this key of the settings; undefined when there is none. */
  ofKey(key: string): Row | undefined {
    return this.#byKey.get(key);
  }

  /** The option that a file means by a name, in whatever spelling of any release; undefined when there is none. */
  ofFileName(name: string, section: string = DEFAULT_SECTION): Row | undefined {
    return this.#byPlace.get(place(section, name));
  }

  /** The keys of a section. */
  keysOf(section: string): readonly string[] {
    return this.options.filter((option) => sectionOf(option) === sameSection(section)).map(fileKeyOf);
  }

  /** The keys of the settings whose values are never shown. */
  secretKeys(): ReadonlySet<string> {
    return new Set(this.options.filter(({ secret }) => secret).map(keyOf));
  }
}

/** Whether a section is [DEFAULT], in whatever case. */
export const isDefaultSection = (section: string): boolean => sameSection(section) === DEFAULT_SECTION;

/** Whether an option is true or false. */
export const isFlagOption = isFlag;
