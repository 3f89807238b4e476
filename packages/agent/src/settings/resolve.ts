import { basename, join, resolve } from 'node:path';
import { FreezerError, systemCodeOf } from '@freezer/core';
import { OPERAND_OPTIONS, parseArguments } from './arguments.ts';
import { idleOptions } from './idle-options.ts';
import { type IniEntry, readIni } from './ini.ts';
import { addFileLayer, type FileFindings, fillFromEnvironment, layerOfArguments, type RawValue, type RawValues, type UnknownKey } from './layers.ts';
import { LATER_ACTIONS, refuseWhatIsMissing } from './not-part-of-this-version.ts';
import type { ActionName, Option } from './option.ts';
import { keyOf, OPTION_TABLE, optionOfKey } from './option-table.ts';
import { OTHER_WORDS } from './other-words.ts';
import { checkRules } from './rules.ts';
import type { SettingKey, Settings, SettingValue } from './settings.ts';
import { readStorageSections, type StorageSection, storageSectionName } from './storage-sections.ts';
import { Substitution } from './substitute.ts';
import { nearestName } from './suggest.ts';
import { expandHome, readValue } from './values.ts';

/** Everything that settings depend on, so that resolving them is the same everywhere. */
export interface ResolveInput {
  /** Without the program. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  readonly hostname: string;
  readonly isRoot: boolean;
  /** The text of a file; fails as `node:fs` does. */
  readonly readFile: (path: string) => Promise<string>;
  /** The names in a directory; fails as `node:fs` does. */
  readonly listFolder: (path: string) => Promise<readonly string[]>;
}

export interface ResolvedSettings {
  readonly action: ActionName;
  readonly settings: Settings;
  /** Where each key that was given came from: `--max-level`, `job.ini: max_level`, `environment: OS_USERNAME`. */
  readonly places: ReadonlyMap<SettingKey, string>;
  /** What is odd but no error, a line each. */
  readonly warnings: readonly string[];
  /** The storages of a job file; when there are any, they stand in place of `storage` and `container`. */
  readonly storageSections: readonly StorageSection[];
}

const RETENTION_NAME = /^(keep|remove)/;

class Resolver {
  readonly #input: ResolveInput;
  readonly #findings: FileFindings = { warnings: [], unknown: [] };
  #sections: readonly StorageSection[] = [];

  constructor(input: ResolveInput) {
    this.#input = input;
  }

  async resolve(): Promise<ResolvedSettings> {
    const { given, word, operands } = parseArguments(this.#input.argv);
    const line = layerOfArguments(given);
    addOperands(line, word, operands);
    const values = await this.#files(line);
    for (const [key, raw] of line) values.set(key, raw);
    if (line.has('storage')) this.#dropSections();
    fillFromEnvironment(values, this.#input.environment, this.#findings);
    this.#takeWord(values, word, line);
    const settings = this.#settings(values);
    this.#refuseMissing(values, settings);
    this.#reportUnknown(settings.action);
    const places = new Map([...values].flatMap(([key, raw]) => (isKey(key, settings) ? [[key, raw.place] as const] : [])));
    checkRules(settings.action, settings, places);
    const warnings = [...this.#findings.warnings, ...idleOptions(settings.action, places)];
    return { action: settings.action, settings, places, warnings, storageSections: this.#sections };
  }

  async #files(line: RawValues): Promise<RawValues> {
    const values: RawValues = new Map();
    for (const path of line.get('config_file')?.texts ?? []) await this.#hostFile(values, path, '--config-file');
    for (const folder of line.get('config_dir')?.texts ?? []) {
      const names = await this.#read(folder, '--config-dir', (path) => this.#input.listFolder(path));
      for (const name of names.filter((one) => one.endsWith('.conf')).toSorted()) await this.#hostFile(values, join(folder, name), '--config-dir');
    }
    const job = line.get('config')?.texts[0];
    if (job !== undefined) await this.#jobFile(values, job);
    return values;
  }

  async #hostFile(values: RawValues, path: string, place: string): Promise<void> {
    const entries = readIni(await this.#read(path, place, this.#input.readFile), basename(path), 'oslo');
    const own = (entry: IniEntry): boolean => entry.section.toUpperCase() === 'DEFAULT';
    addFileLayer(values, { entries: entries.filter(own), file: basename(path), template: true }, this.#findings);
    for (const section of new Set(entries.filter((entry) => !own(entry)).map((entry) => entry.section))) {
      this.#findings.warnings.push(`${basename(path)}: section [${section}] is not used; settings of the agent stand in [DEFAULT]`);
    }
  }

  async #jobFile(values: RawValues, path: string): Promise<void> {
    const entries = readIni(await this.#read(path, '--config', this.#input.readFile), basename(path), 'job');
    const merged = entries.filter(({ section }) => storageSectionName(section) === undefined);
    addFileLayer(values, { entries: merged, file: basename(path), template: false }, this.#findings);
    this.#sections = readStorageSections(entries, basename(path), this.#at());
  }

  async #read<Result>(path: string, place: string, read: (path: string) => Promise<Result>): Promise<Result> {
    if (path === '') throw new FreezerError('invalid', `${place}: must not be empty`);
    try {
      return await read(resolve(this.#input.cwd, expandHome(path, this.#input.home)));
    } catch (error) {
      const code = systemCodeOf(error);
      const reason = code === 'ENOENT' ? 'not found' : `cannot be read (${code ?? 'unknown reason'})`;
      throw new FreezerError('invalid', `${place}: configuration file ${path} ${reason}`, { cause: error });
    }
  }

  #dropSections(): void {
    if (this.#sections.length > 0) this.#findings.warnings.push('--storage takes the place of the [storage:...] sections of the job file');
    this.#sections = [];
  }

  #at() {
    return { home: this.#input.home, cwd: this.#input.cwd, note: (text: string): void => void this.#findings.warnings.push(text) };
  }

  #takeWord(values: RawValues, word: string | undefined, line: RawValues): void {
    if (word === undefined) return;
    const action = optionOfKey('action');
    if (LATER_ACTIONS.has(word)) throw new FreezerError('invalid', `the action '${word}' is not part of this version`);
    if (OTHER_WORDS.some(({ name }) => name === word)) throw new FreezerError('invalid', `'${word}' stands first: freezer-agent ${word}`);
    if (!action?.choices?.includes(word)) {
      const nearest = nearestName(word, [...(action?.choices ?? []), ...OTHER_WORDS.map(({ name }) => name)]);
      throw new FreezerError(
        'invalid',
        `unknown action '${word}'${nearest === undefined ? '' : `; did you mean ${nearest}?`}; allowed: ${action?.choices?.join(', ')}`,
      );
    }
    const other = line.get('action')?.texts[0];
    if (other !== undefined && other !== word) throw new FreezerError('invalid', `the action is given twice, as '${word}' and as --action ${other}`);
    values.set('action', { option: action, texts: [word], place: word });
  }

  #settings(values: RawValues): Settings {
    const settings: Record<string, SettingValue> = {};
    const substitution = new Substitution(values, (option) => this.#preset(option));
    for (const option of OPTION_TABLE) {
      const raw = values.get(keyOf(option));
      const texts = raw ? substitution.textsOf(raw) : [];
      settings[keyOf(option)] =
        raw && !(raw.template && option.type !== 'string' && texts.includes('')) ? this.#valueOf({ ...raw, texts }) : this.#preset(option);
    }
    if (settings['storage'] === 'local' && typeof settings['container'] === 'string')
      settings['container'] = expandHome(settings['container'], this.#input.home);
    // A stream is saved by this engine and no other.
    if (!values.has('engine_name') && (settings['stdin'] !== undefined || settings['stdin_command'] !== undefined)) settings['engine_name'] = 'stream';
    return Object.freeze(settings) as Settings;
  }

  #preset(option: Option): SettingValue {
    return option.repeatable ? [] : (option.default ?? this.#computed(option));
  }

  #valueOf(raw: RawValue): SettingValue {
    const { option } = raw;
    const one = (text: string): string | number | boolean => readValue(option, text, { ...this.#at(), place: raw.place });
    if (!option.repeatable) return one(raw.texts[0] ?? '');
    return raw.texts.map((text) => String(one(text)));
  }

  #computed(option: Option): string | undefined {
    const { home, hostname, isRoot, environment } = this.#input;
    switch (option.computed) {
      case 'hostname':
        return hostname;
      case 'ssh_key':
        return join(home, '.ssh/id_rsa');
      case 'state_dir':
        return isRoot ? '/var/lib/freezer' : join(environment['XDG_STATE_HOME'] || join(home, '.local/state'), 'freezer');
      case undefined:
        return undefined;
    }
  }

  #refuseMissing(values: RawValues, settings: Settings): void {
    for (const option of OPTION_TABLE) {
      const key = keyOf(option);
      if (key === 'storage' && (this.#sections.length > 0 || settings.action === 'exec')) continue;
      if (isKey(key, settings)) refuseWhatIsMissing(option, values.get(key)?.place ?? `--${option.name}`, settings[key]);
    }
  }

  /** An unknown key is a warning, except where a slip of the pen would remove backups that were to be kept. */
  #reportUnknown(action: ActionName): void {
    for (const unknown of this.#findings.unknown) {
      const hint = unknown.nearest === undefined ? '' : `; did you mean ${unknown.nearest}?`;
      if (action === 'admin' && concernsRetention(unknown)) throw new FreezerError('invalid', `${unknown.place}: unknown key ${unknown.key}${hint}`);
      this.#findings.warnings.push(`${unknown.place}: unknown key ${unknown.key} is ignored${hint}`);
    }
  }
}

/** Words behind the action say the same as the option that stands for them. */
function addOperands(line: RawValues, word: string | undefined, operands: readonly string[]): void {
  const action = word ?? line.get('action')?.texts[0] ?? '';
  const option = operands.length === 0 ? undefined : optionOfKey(OPERAND_OPTIONS[action] ?? '');
  if (option === undefined) return;
  const before = line.get(keyOf(option));
  line.set(keyOf(option), { option, place: action, texts: [...(before?.texts ?? []), ...operands] });
}

const concernsRetention = ({ key, nearest }: UnknownKey): boolean => RETENTION_NAME.test(key) || optionOfKey(nearest ?? '')?.group === 'retention';

const isKey = (key: string, settings: Settings): key is SettingKey => key in settings;

/**
 * The settings of a run: built-in, below `--config-file` and `--config-dir`, below the job file of `--config`, below the command line; the
 * environment fills what none of them gave. Fails with `invalid`, in one line that names place, value and what is allowed.
 */
export function resolveSettings(input: ResolveInput): Promise<ResolvedSettings> {
  return new Resolver(input).resolve();
}
