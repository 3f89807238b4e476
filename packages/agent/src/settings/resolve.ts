import { basename } from 'node:path';
import { FreezerError } from '@freezer/core';
import {
  addFileLayer,
  expandHome,
  keyOf,
  layerOfArguments,
  nearestName,
  type RawValues,
  type SettingsHost,
  SettingsReader,
  type SettingValue,
  type UnknownKey,
} from '@freezer/settings';
import { AGENT_LINE, OPERAND_OPTIONS } from './agent-line.ts';
import { AGENT_TEXT } from './agent-text.ts';
import { idleOptions } from './idle-options.ts';
import type { ActionName } from './option.ts';
import { AGENT_TABLE } from './option-table.ts';
import { checkRules } from './rules.ts';
import type { SettingKey, Settings } from './settings.ts';
import { completedSection, readStorageSections, type StorageSection, storageSectionName } from './storage-sections.ts';

/** Everything that settings depend on, so that resolving them is the same everywhere. */
export interface ResolveInput extends SettingsHost {
  /** Without the program. */
  readonly argv: readonly string[];
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
  readonly #reader: SettingsReader;
  #sections: readonly StorageSection[] = [];

  constructor(input: ResolveInput) {
    this.#input = input;
    this.#reader = new SettingsReader(AGENT_TABLE, input, 'the agent');
  }

  async resolve(): Promise<ResolvedSettings> {
    const { given, word, operands } = AGENT_LINE.parse(this.#input.argv);
    const line = layerOfArguments(given);
    addOperands(line, word, operands);
    await this.#files(line);
    this.#reader.give(line);
    if (line.has('storage')) this.#dropSections();
    this.#reader.fill();
    this.#takeWord(word, line);
    const settings = this.#settings();
    this.#refuseMissing(settings);
    this.#reportUnknown(settings.action);
    const places = new Map([...this.#reader.places()].flatMap(([key, place]) => (isKey(key, settings) ? [[key, place] as const] : [])));
    checkRules(settings.action, settings, places);
    const warnings = [...this.#reader.findings.warnings, ...idleOptions(settings.action, places)];
    return { action: settings.action, settings, places, warnings, storageSections: this.#sections.map((section) => completedSection(section, settings)) };
  }

  async #files(line: RawValues): Promise<void> {
    for (const path of line.get('config_file')?.texts ?? []) await this.#reader.hostFile(path, '--config-file');
    for (const folder of line.get('config_dir')?.texts ?? []) await this.#reader.hostFolder(folder, '--config-dir');
    const job = line.get('config')?.texts[0];
    if (job !== undefined) await this.#jobFile(job);
  }

  async #jobFile(path: string): Promise<void> {
    const entries = await this.#reader.ini(path, '--config', 'job');
    const merged = entries.filter(({ section }) => storageSectionName(section) === undefined);
    const layer = { entries: merged, file: basename(path), template: false, flat: true };
    addFileLayer(AGENT_TABLE, this.#reader.values, layer, this.#reader.findings);
    this.#sections = readStorageSections(entries, { file: basename(path), at: this.#reader.at(), unknown: this.#reader.findings.unknown });
  }

  #dropSections(): void {
    if (this.#sections.length > 0) this.#reader.findings.warnings.push('--storage takes the place of the [storage:...] sections of the job file');
    this.#sections = [];
  }

  #takeWord(word: string | undefined, line: RawValues): void {
    if (word === undefined) return;
    const action = AGENT_TABLE.ofKey('action');
    const others = AGENT_TEXT.otherWords.map(({ name }) => name);
    if (others.includes(word)) throw new FreezerError('invalid', `'${word}' stands first: freezer-agent ${word}`);
    if (!action?.choices?.includes(word)) {
      const nearest = nearestName(word, [...(action?.choices ?? []), ...others]);
      throw new FreezerError(
        'invalid',
        `unknown action '${word}'${nearest === undefined ? '' : `; did you mean ${nearest}?`}; allowed: ${action?.choices?.join(', ')}`,
      );
    }
    const other = line.get('action')?.texts[0];
    if (other !== undefined && other !== word) throw new FreezerError('invalid', `the action is given twice, as '${word}' and as --action ${other}`);
    this.#reader.values.set('action', { option: action, texts: [word], place: word });
  }

  #settings(): Settings {
    const settings: Record<string, SettingValue> = this.#reader.settings();
    if (settings['storage'] === 'local' && typeof settings['container'] === 'string')
      settings['container'] = expandHome(settings['container'], this.#input.home);
    // What has the whole account has its region, too, unless the command line says another for this run.
    if ((settings['osrc'] !== undefined || settings['os_cloud'] !== undefined) && !this.#isOfLine('os_region_name')) delete settings['os_region_name'];
    // A stream is saved by this engine and no other.
    if (!this.#reader.values.has('engine_name') && (settings['stdin'] !== undefined || settings['stdin_command'] !== undefined))
      settings['engine_name'] = 'stream';
    return Object.freeze(settings) as Settings;
  }

  #isOfLine(key: string): boolean {
    return this.#reader.values.get(key)?.place.startsWith('-') === true;
  }

  #refuseMissing(settings: Settings): void {
    const skip = this.#sections.length > 0 || settings.action === 'exec' ? ['storage'] : [];
    this.#reader.refuseMissing(settings, new Set(skip));
  }

  /** An unknown key is a warning, except where a slip of the pen would remove backups that were to be kept. */
  #reportUnknown(action: ActionName): void {
    const { unknown: keys, warnings } = this.#reader.findings;
    for (const unknown of keys) {
      const hint = unknown.nearest === undefined ? '' : `; did you mean ${unknown.nearest}?`;
      if (action === 'admin' && concernsRetention(unknown)) throw new FreezerError('invalid', `${unknown.place}: unknown key ${unknown.key}${hint}`);
      warnings.push(`${unknown.place}: unknown key ${unknown.key} is ignored${hint}`);
    }
  }
}

/** Words behind the action say the same as the option that stands for them. */
function addOperands(line: RawValues, word: string | undefined, operands: readonly string[]): void {
  const action = word ?? line.get('action')?.texts[0] ?? '';
  const option = operands.length === 0 ? undefined : AGENT_TABLE.ofKey(OPERAND_OPTIONS[action] ?? '');
  if (option === undefined) return;
  const before = line.get(keyOf(option));
  line.set(keyOf(option), { option, place: action, texts: [...(before?.texts ?? []), ...operands] });
}

const concernsRetention = ({ key, nearest }: UnknownKey): boolean => RETENTION_NAME.test(key) || AGENT_TABLE.ofKey(nearest ?? '')?.group === 'retention';

const isKey = (key: string, settings: Settings): key is SettingKey => key in settings;

/**
 * The settings of a run: built-in, below `--config-file` and `--config-dir`, below the job file of `--config`, below the command line; the
 * environment fills what none of them gave. Fails with `invalid`, in one line that names place, value and what is allowed.
 */
export function resolveSettings(input: ResolveInput): Promise<ResolvedSettings> {
  return new Resolver(input).resolve();
}
