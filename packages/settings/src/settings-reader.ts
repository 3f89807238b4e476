import { basename, join, resolve } from 'node:path';
import { FreezerError, systemCodeOf } from '@freezer/core';
import type { SettingsHost } from './config-files.ts';
import { type IniDialect, type IniEntry, readIni } from './ini.ts';
import { addFileLayer, type Findings, fillFromEnvironment, type RawValue, type RawValues } from './layers.ts';
import { refuseWhatIsMissing } from './not-part-of-this-version.ts';
import type { Option } from './option.ts';
import { isDefaultSection, keyOf, longNameOf, type OptionTable } from './option-table.ts';
import type { SettingValue } from './settings-of.ts';
import { Substitution } from './substitute.ts';
import { expandHome, readValue, type ValuePlace } from './values.ts';

/**
 * Gathers the settings of a table, place by place, the lowest first: files, then `give` for the command line, then the environment, which
 * fills what is missing. Everything fails with `invalid`, in one line that names place, value and what is allowed.
 */
export class SettingsReader {
  readonly values: RawValues = new Map();
  readonly findings: Findings = { warnings: [], unknown: [] };
  readonly #table: OptionTable;
  readonly #host: SettingsHost;
  readonly #program: string;

  constructor(table: OptionTable, host: SettingsHost, program: string) {
    this.#table = table;
    this.#host = host;
    this.#program = program;
  }

  /** Reads a file of oslo.config's form. `place` says who named it: `--config-file`. */
  async hostFile(path: string, place: string): Promise<void> {
    const entries = await this.ini(path, place, 'oslo');
    const own = ({ section }: IniEntry): boolean => isDefaultSection(section) || this.#table.sections.has(section);
    addFileLayer(this.#table, this.values, { entries: entries.filter(own), file: basename(path), template: true }, this.findings);
    for (const section of new Set(entries.filter((entry) => !own(entry)).map((entry) => entry.section))) {
      this.findings.warnings.push(`${basename(path)}: section [${section}] is not used; settings of ${this.#program} stand in ${this.#sectionNames()}`);
    }
  }

  /** Reads each `*.conf` of a directory, by name. */
  async hostFolder(folder: string, place: string): Promise<void> {
    const names = await this.#read(folder, place, (path) => this.#host.listFolder(path));
    for (const name of names.filter((one) => one.endsWith('.conf')).toSorted()) await this.hostFile(join(folder, name), place);
  }

  /** The entries of a file, which are not taken yet. */
  async ini(path: string, place: string, dialect: IniDialect): Promise<readonly IniEntry[]> {
    return readIni(await this.#read(path, place, this.#host.readFile), basename(path), dialect);
  }

  /** Puts a layer over what was read until now. */
  give(layer: RawValues): void {
    for (const [key, raw] of layer) this.values.set(key, raw);
  }

  fill(): void {
    fillFromEnvironment(this.#table, this.values, this.#host.environment, this.findings);
  }

  /** All settings, by key. */
  settings(): Record<string, SettingValue> {
    const settings: Record<string, SettingValue> = {};
    const substitution = new Substitution(this.#table, this.values, (option) => this.#preset(option));
    for (const option of this.#table.options) {
      const raw = this.values.get(keyOf(option));
      const texts = raw ? substitution.textsOf(raw) : [];
      settings[keyOf(option)] =
        raw && !(raw.template && option.type !== 'string' && texts.includes('')) ? this.#valueOf({ ...raw, texts }) : this.#preset(option);
    }
    return settings;
  }

  /** Fails when a value asks for something that this version does not have; `skip` names keys that do not count. */
  refuseMissing(settings: Readonly<Record<string, SettingValue>>, skip: ReadonlySet<string> = new Set()): void {
    for (const option of this.#table.options) {
      const key = keyOf(option);
      if (!skip.has(key)) refuseWhatIsMissing(option, this.values.get(key)?.place ?? `--${longNameOf(option)}`, settings[key]);
    }
  }

  /** Unknown keys as warnings, behind all that came before. */
  warnings(): readonly string[] {
    const unknown = this.findings.unknown.map(
      ({ place, key, nearest }) => `${place}: unknown key ${key} is ignored${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    );
    return [...this.findings.warnings, ...unknown];
  }

  /** What was given, and where. */
  places(): ReadonlyMap<string, string> {
    return new Map([...this.values].map(([key, { place }]) => [key, place]));
  }

  /** What relative paths are relative to. */
  at(): Omit<ValuePlace, 'place'> {
    return { home: this.#host.home, cwd: this.#host.cwd, note: (text: string): void => void this.findings.warnings.push(text) };
  }

  #sectionNames(): string {
    return [...this.#table.sections].map((name) => `[${name}]`).join(', ');
  }

  async #read<Result>(path: string, place: string, read: (path: string) => Promise<Result>): Promise<Result> {
    if (path === '') throw new FreezerError('invalid', `${place}: must not be empty`);
    try {
      return await read(resolve(this.#host.cwd, expandHome(path, this.#host.home)));
    } catch (error) {
      const code = systemCodeOf(error);
      const reason = code === 'ENOENT' ? 'not found' : `cannot be read (${code ?? 'unknown reason'})`;
      throw new FreezerError('invalid', `${place}: configuration file ${path} ${reason}`, { cause: error });
    }
  }

  #preset(option: Option): SettingValue {
    if (option.repeatable) return option.default === undefined ? [] : [String(option.default)];
    return option.default ?? this.#computed(option);
  }

  #valueOf(raw: RawValue): SettingValue {
    const { option } = raw;
    const one = (text: string): string | number | boolean => readValue(option, text, { ...this.at(), place: raw.place });
    if (!option.repeatable) return one(raw.texts[0] ?? '');
    return raw.texts.map((text) => String(one(text)));
  }

  #computed(option: Option): string | undefined {
    const { home, hostname, isRoot, environment } = this.#host;
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
}
