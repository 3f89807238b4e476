import type { GivenOption } from './arguments.ts';
import type { IniEntry } from './ini.ts';
import { readListText } from './list-text.ts';
import type { Option, OptionType } from './option.ts';
import { keyOf, OPTION_TABLE, optionOfFileName } from './option-table.ts';
import { nearestName } from './suggest.ts';

/** What some place gave for an option; not yet checked. */
export interface RawValue {
  readonly option: Option;
  /** More than one only for options that may be given several times. */
  readonly texts: readonly string[];
  /** Begins the message of a wrong value. */
  readonly place: string;
  /** Names of other settings in it, `$name`, stand for their values. */
  readonly template?: boolean;
}

export type RawValues = Map<string, RawValue>;

/** A key of a file that no option answers to. */
export interface UnknownKey {
  readonly place: string;
  readonly key: string;
  readonly nearest: string | undefined;
}

export interface FileFindings {
  readonly warnings: string[];
  readonly unknown: UnknownKey[];
}

/** As configparser's users write them; `none` in small letters is a compression. */
const NOTHING = new Set(['False', 'false', 'None']);
const KEEPS_EMPTY: ReadonlySet<OptionType> = new Set(['string']);

/** Freezer writes `False` and `None` for what is not set. An empty value says the same, except for texts, where it may mean something (`proxy =`). */
function saysNothing(option: Option, text: string): boolean {
  if (option.type === 'bool' || option.type === 'switch') return text === '' || text === 'None';
  return NOTHING.has(text) || (text === '' && !KEEPS_EMPTY.has(option.type));
}

/** The command line as a layer. A later value replaces an earlier one, except where several are wanted. */
export function layerOfArguments(given: readonly GivenOption[]): RawValues {
  const layer: RawValues = new Map();
  for (const { option, spelled, text } of given) {
    const before = layer.get(keyOf(option));
    layer.set(keyOf(option), { option, place: spelled, texts: before && option.repeatable ? [...before.texts, text] : [text] });
  }
  return layer;
}

export interface FileLayer {
  readonly entries: readonly IniEntry[];
  /** Its name, for messages. */
  readonly file: string;
  /** Whether `$name` in it stands for another setting. */
  readonly template: boolean;
}

/** Puts entries of a file over what lower places gave; a value that says nothing takes theirs away. */
export function addFileLayer(values: RawValues, { entries, file, template }: FileLayer, findings: FileFindings): void {
  const own = new Set<string>();
  for (const { key, value } of entries) {
    const option = optionOfFileName(key);
    const place = `${file}: ${key}`;
    if (!option) {
      findings.unknown.push({ place: file, key, nearest: nearestName(key.replaceAll('-', '_'), OPTION_TABLE.map(keyOf)) });
      continue;
    }
    if (key !== keyOf(option)) findings.warnings.push(`${place} is an old spelling of ${keyOf(option)}`);
    const texts = option.repeatable ? readListText(value) : [value];
    if (texts.length === 0 || saysNothing(option, value)) values.delete(keyOf(option));
    else {
      // A key that stands there twice: the last one counts, or both do.
      const before = own.has(keyOf(option)) && option.repeatable ? (values.get(keyOf(option))?.texts ?? []) : [];
      values.set(keyOf(option), { option, texts: [...before, ...texts], place, template });
      own.add(keyOf(option));
    }
  }
}

/** Begins the names by which the environment can give every setting, as oslo.config has it: `OS_DEFAULT__MAX_LEVEL`. */
const GENERAL_PREFIX = 'OS_DEFAULT__';

/** These say where settings stand, and count on the command line only. */
const COMMAND_LINE_ONLY: ReadonlySet<string> = new Set(['config', 'config_file', 'config_dir']);

type Environment = Readonly<Record<string, string | undefined>>;

function generalValue(option: Option, environment: Environment): RawValue | undefined {
  const name = `${GENERAL_PREFIX}${keyOf(option).toUpperCase()}`;
  const text = environment[name];
  if (text === undefined || saysNothing(option, text) || COMMAND_LINE_ONLY.has(keyOf(option))) return undefined;
  const texts = option.repeatable ? readListText(text) : [text];
  return texts.length === 0 ? undefined : { option, texts, place: `environment: ${name}` };
}

function ownValue(option: Option, environment: Environment): RawValue | undefined {
  const name = option.env?.find((variable) => (environment[variable] ?? '') !== '');
  const text = name === undefined ? undefined : environment[name];
  return name === undefined || text === undefined ? undefined : { option, texts: [text], place: `environment: ${name}` };
}

/** Fills from the environment what no other place gave. */
export function fillFromEnvironment(values: RawValues, environment: Environment, findings: FileFindings): void {
  for (const option of OPTION_TABLE) {
    const raw = values.has(keyOf(option)) ? undefined : (generalValue(option, environment) ?? ownValue(option, environment));
    if (raw) values.set(keyOf(option), raw);
  }
  const keys = OPTION_TABLE.map(keyOf);
  for (const name of Object.keys(environment).filter((one) => one.startsWith(GENERAL_PREFIX))) {
    const key = name.slice(GENERAL_PREFIX.length).toLowerCase();
    if (COMMAND_LINE_ONLY.has(key)) findings.warnings.push(`environment: ${name} is not used; --${key.replaceAll('_', '-')} stands on the command line`);
    else if (!keys.includes(key)) findings.unknown.push({ place: 'environment', key, nearest: nearestName(key, keys) });
  }
}
