import type { GivenOption } from './arguments.ts';
import type { IniEntry } from './ini.ts';
import { readListText } from './list-text.ts';
import type { Option, OptionType } from './option.ts';
import { fileKeyOf, isDefaultSection, isFlagOption, keyOf, longNameOf, type OptionTable, sectionOf } from './option-table.ts';
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

/** What was odd, while places were read. */
export interface Findings {
  readonly warnings: string[];
  readonly unknown: UnknownKey[];
}

/** As configparser's users write them; `none` in small letters is a compression. */
export const SAYS_NOTHING: ReadonlySet<string> = new Set(['False', 'false', 'None']);
const KEEPS_EMPTY: ReadonlySet<OptionType> = new Set(['string']);

/** Freezer writes `False` and `None` for what is not set. An empty value says the same, except for texts, where it may mean something (`proxy =`). */
function saysNothing(option: Option, text: string): boolean {
  if (isFlagOption(option)) return text === '' || text === 'None';
  return SAYS_NOTHING.has(text) || (text === '' && !KEEPS_EMPTY.has(option.type));
}

/** The command line as a layer. A later value replaces an earlier one, except where several are wanted. */
export function layerOfArguments(given: readonly GivenOption[]): RawValues {
  const layer: RawValues = new Map();
  for (const { option, spelled, text } of given) {
    const before = layer.get(keyOf(option));
    const texts = option.commas ? readListText(text, option) : [text];
    layer.set(keyOf(option), { option, place: spelled, texts: before && option.repeatable ? [...before.texts, ...texts] : texts });
  }
  return layer;
}

export interface FileLayer {
  readonly entries: readonly IniEntry[];
  /** Its name, for messages. */
  readonly file: string;
  /** Whether `$name` in it stands for another setting. */
  readonly template: boolean;
  /** Whether sections mean nothing, as in job files: every key is one of DEFAULT. */
  readonly flat?: boolean;
}

/** `agent.conf: max_level`, `api.conf: [database] connection`. */
const placeOf = (file: string, section: string, key: string): string => `${file}: ${isDefaultSection(section) ? '' : `[${section}] `}${key}`;

/** `max_level`, `[database] connection`. */
const shownKey = (option: Option): string => (option.section === undefined ? fileKeyOf(option) : `[${option.section}] ${fileKeyOf(option)}`);

function isOldSpelling(option: Option, section: string, key: string): boolean {
  return key !== fileKeyOf(option) || (option.section ?? 'DEFAULT') !== (isDefaultSection(section) ? 'DEFAULT' : section);
}

/** Puts entries of a file over what lower places gave; a value that says nothing takes theirs away. */
export function addFileLayer(table: OptionTable, values: RawValues, { entries, file, template, flat }: FileLayer, findings: Findings): void {
  const own = new Set<string>();
  for (const { section: written, key, value } of entries) {
    const section = flat ? 'DEFAULT' : written;
    const option = table.ofFileName(key, section);
    const place = placeOf(file, section, key);
    if (!option) {
      const at = isDefaultSection(section) ? file : `${file}: [${section}]`;
      findings.unknown.push({ place: at, key, nearest: nearestName(key.replaceAll('-', '_'), table.keysOf(section)) });
      continue;
    }
    if (isOldSpelling(option, section, key)) findings.warnings.push(`${place} is an old spelling of ${shownKey(option)}`);
    const texts = option.repeatable ? readListText(value, option) : [value];
    if (texts.length === 0 || saysNothing(option, value)) values.delete(keyOf(option));
    else {
      // A key that stands there twice: the last one counts, or both do.
      const before = own.has(keyOf(option)) && option.repeatable ? (values.get(keyOf(option))?.texts ?? []) : [];
      values.set(keyOf(option), { option, texts: [...before, ...texts], place, template });
      own.add(keyOf(option));
    }
  }
}

/** Begins the names by which the environment can give the settings of a section, as oslo.config has it: `OS_DEFAULT__MAX_LEVEL`. */
const prefixOf = (section: string): string => `OS_${section.toUpperCase()}__`;

/** These say where settings stand, and count on the command line only. */
const COMMAND_LINE_ONLY: ReadonlySet<string> = new Set(['config', 'config_file', 'config_dir']);

export type Environment = Readonly<Record<string, string | undefined>>;

function generalValue(option: Option, environment: Environment): RawValue | undefined {
  const name = `${prefixOf(sectionOf(option))}${fileKeyOf(option).toUpperCase()}`;
  const text = environment[name];
  if (text === undefined || saysNothing(option, text) || COMMAND_LINE_ONLY.has(keyOf(option))) return undefined;
  const texts = option.repeatable ? readListText(text, option) : [text];
  return texts.length === 0 ? undefined : { option, texts, place: `environment: ${name}` };
}

function ownValue(option: Option, environment: Environment): RawValue | undefined {
  const name = option.env?.find((variable) => (environment[variable] ?? '') !== '');
  const text = name === undefined ? undefined : environment[name];
  return name === undefined || text === undefined ? undefined : { option, texts: [text], place: `environment: ${name}` };
}

/** Fills from the environment what no other place gave. */
export function fillFromEnvironment(table: OptionTable, values: RawValues, environment: Environment, findings: Findings): void {
  const given: ReadonlySet<string> = new Set(values.keys());
  for (const option of table.options) {
    const yields = option.envYieldsTo !== undefined && given.has(option.envYieldsTo);
    const raw = given.has(keyOf(option)) ? undefined : (generalValue(option, environment) ?? (yields ? undefined : ownValue(option, environment)));
    if (raw) values.set(keyOf(option), raw);
  }
  for (const section of table.sections) reportUnknownNames(table, section, environment, findings);
}

function reportUnknownNames(table: OptionTable, section: string, environment: Environment, findings: Findings): void {
  const keys = table.keysOf(section);
  const prefix = prefixOf(section);
  for (const name of Object.keys(environment).filter((one) => one.startsWith(prefix))) {
    const key = name.slice(prefix.length).toLowerCase();
    const option = table.ofKey(key);
    if (isDefaultSection(section) && COMMAND_LINE_ONLY.has(key)) {
      const long = option ? longNameOf(option) : key.replaceAll('_', '-');
      findings.warnings.push(`environment: ${name} is not used; --${long} stands on the command line`);
    } else if (!keys.includes(key)) findings.unknown.push({ place: 'environment', key, nearest: nearestName(key, keys) });
  }
}
