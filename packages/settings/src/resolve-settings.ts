import type { CommandLine, ParsedArguments } from './arguments.ts';
import { findConfig, type SettingsHost } from './config-files.ts';
import { layerOfArguments } from './layers.ts';
import type { OptionTable } from './option-table.ts';
import type { SettingsOf } from './settings-of.ts';
import { SettingsReader } from './settings-reader.ts';

/** A service or a command whose settings stand in files of oslo.config's form. */
export interface ResolveRequest {
  readonly table: OptionTable;
  readonly line: CommandLine;
  /** Without the program. */
  readonly argv: readonly string[];
  readonly host: SettingsHost;
  /** For messages: `freezer-api`. */
  readonly program: string;
  /** Names of the files that are looked for when `--config-file` is not given: `freezer` and `freezer-api`. Without: none. */
  readonly search?: { readonly project: string; readonly program: string };
}

export interface ResolvedTable<Settings> {
  readonly parsed: ParsedArguments;
  readonly settings: Settings;
  /** Where each key that was given came from: `--bind-port`, `api.conf: [database] connection`, `environment: OS_PASSWORD`. */
  readonly places: ReadonlyMap<string, string>;
  /** What is odd but no error, a line each. */
  readonly warnings: readonly string[];
  /** The files that were read, in their order. */
  readonly files: readonly string[];
}

/**
 * The settings of a program: built-in, below its files (`--config-file`, `--config-dir`, or those that are found), below the command line; the
 * environment fills what none of them gave. `Rows` is the type of the table's rows. Fails with `invalid`, in one line that names place, value
 * and what is allowed.
 */
export async function resolveTable<Rows>({ table, line, argv, host, program, search }: ResolveRequest): Promise<ResolvedTable<SettingsOf<Rows>>> {
  const parsed = line.parse(argv);
  const layer = layerOfArguments(parsed.given);
  const reader = new SettingsReader(table, host, program);
  const found = search ? await findConfig(search.project, search.program, host) : { files: [], folders: [] };
  const files = layer.get('config_file')?.texts ?? found.files;
  const folders = layer.get('config_dir')?.texts ?? found.folders;
  for (const path of files) await reader.hostFile(path, '--config-file');
  for (const folder of folders) await reader.hostFolder(folder, '--config-dir');
  reader.give(layer);
  reader.fill();
  const settings = reader.settings();
  reader.refuseMissing(settings);
  return { parsed, settings: Object.freeze(settings) as SettingsOf<Rows>, places: reader.places(), warnings: reader.warnings(), files: [...files, ...folders] };
}
