import { createHash } from 'node:crypto';
import { isAbsolute, join, resolve } from 'node:path';
import { FreezerError } from '@freezer/core';
import { findConfig, layerOfArguments, type ParsedArguments, type SettingsHost, type SettingsOf, SettingsReader } from '@freezer/settings';
import { SCHEDULER_LINE, SCHEDULER_TABLE, type SchedulerRow, type SchedulerSettings } from './scheduler-table.ts';
import { zoneWarning } from './zone.ts';

/** What the settings need of the host besides files and environment. */
export interface SchedulerHost extends SettingsHost {
  readonly argv: readonly string[];
  /** The home directory that the user database has: another `home` is a place of its own, with a pid file of its own. */
  readonly loginHome: string;
  readonly platform: string;
}

export interface ResolvedScheduler {
  readonly parsed: ParsedArguments;
  readonly settings: SchedulerSettings;
  readonly warnings: readonly string[];
  readonly places: ReadonlyMap<string, string>;
}

const PROGRAM = 'freezer-scheduler';

async function foundFiles(host: SettingsHost): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  const both = await findConfig('freezer', 'scheduler', host);
  // Debian's name, and that of the first releases.
  const own = await findConfig(PROGRAM, PROGRAM, { ...host, listFolder: host.listFolder });
  const third = await findConfig('freezer', PROGRAM, host);
  const distinct = (paths: readonly string[]): readonly string[] => [...new Set(paths)];
  return { files: distinct([...both.files, ...third.files, ...own.files]), folders: distinct([...both.folders, ...third.folders, ...own.folders]) };
}

/**
 * The settings of the scheduler: built-in, below its files, below the command line; the environment fills what none gave. Fails with `invalid`,
 * in one line.
 */
export async function resolveScheduler(host: SchedulerHost): Promise<ResolvedScheduler> {
  const parsed = SCHEDULER_LINE.parse(host.argv);
  const layer = layerOfArguments(parsed.given);
  const reader = new SettingsReader(SCHEDULER_TABLE, host, PROGRAM);
  const named = layer.get('config_file')?.texts;
  const namedFolders = layer.get('config_dir')?.texts;
  const found = named && namedFolders ? { files: [], folders: [] } : await foundFiles(host);
  for (const path of named ?? found.files) await reader.hostFile(path, '--config-file');
  for (const folder of namedFolders ?? found.folders) await reader.hostFolder(folder, '--config-dir');
  reader.give(layer);
  reader.fill();
  const settings = Object.freeze(reader.settings() as unknown) as SettingsOf<SchedulerRow>;
  const zone = zoneWarning(settings, host.environment['TZ']);
  return { parsed, settings, warnings: [...reader.warnings(), ...(zone === undefined ? [] : [zone])], places: reader.places() };
}

/** Where this scheduler keeps things. */
export interface SchedulerPlaces {
  /** Of all schedulers of this user: `api-trial.json` lies in it. */
  readonly stateRoot: string;
  /** Of this one: runs, what is not delivered, its lock. */
  readonly instance: string;
  readonly pidFile: string;
  readonly jobsDir: string;
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10);

/** What makes a scheduler another one than its neighbour on the same host: whom it works for, and under which name. */
function instanceName(settings: SchedulerSettings, jobsDir: string): string {
  if (settings['scheduler.no_api']) return `files-${short(jobsDir)}`;
  const clientId = settings['scheduler.client_id'];
  const account = ['auth_url', 'project_id', 'project_name', 'username', 'backup_url', 'application_credential_id'] as const;
  const whole = [clientId ?? '', ...account.map((key) => settings[`service_auth.os_${key}`] ?? '')].join('\n');
  return `${(clientId ?? 'api').replaceAll(/[^\w.-]+/g, '_').slice(0, 60)}-${short(whole)}`;
}

/** All paths of a scheduler, absolute. */
export function placesOf(settings: SchedulerSettings, host: SchedulerHost): SchedulerPlaces {
  const jobsDir = settings['scheduler.jobs_dir'] ?? (host.platform === 'win32' ? 'C:\\.freezer\\scheduler\\conf.d' : '/etc/freezer/scheduler/conf.d');
  const { environment, home, isRoot } = host;
  const root = isRoot ? '/var/lib/freezer' : join(environment['XDG_STATE_HOME'] || join(home, '.local/state'), 'freezer');
  const own = settings['scheduler.state_dir'];
  const state = own ?? join(root, 'scheduler');
  return {
    stateRoot: root,
    instance: join(state, instanceName(settings, jobsDir)),
    pidFile: settings['scheduler.pid_file'] ?? defaultPidFile(host, own),
    jobsDir: isAbsolute(jobsDir) ? jobsDir : resolve(host.cwd, jobsDir),
  };
}

/** Freezer's pid file belongs to a home directory; so does ours, when it is not the one of the user database, or to a state directory that was given. */
function defaultPidFile({ environment, home, loginHome, isRoot }: SchedulerHost, stateDir: string | undefined): string {
  if (stateDir !== undefined) return join(stateDir, 'scheduler.pid');
  const name = resolve(home) === resolve(loginHome) ? 'scheduler.pid' : `scheduler-${short(resolve(home))}.pid`;
  const runtime = environment['XDG_RUNTIME_DIR'];
  if (isRoot) return join('/run/freezer', name);
  return runtime ? join(runtime, 'freezer', name) : join(environment['XDG_STATE_HOME'] || join(home, '.local/state'), 'freezer', name);
}

/** The settings of the account as the `OS_*` variables that say the same; empty where nothing was given. */
export function accountVariables(settings: SchedulerSettings): Readonly<Record<string, string>> {
  const prefix = 'service_auth.os_';
  const given = Object.entries(settings).flatMap(([key, value]) =>
    key.startsWith(prefix) && typeof value === 'string' && value !== '' ? [[`OS_${key.slice(prefix.length).toUpperCase()}`, value] as const] : [],
  );
  return Object.fromEntries([...given, ...(settings['scheduler.insecure'] ? [['OS_INSECURE', 'True'] as const] : [])]);
}

/** Fails with `invalid` when settings do not go together. */
export function checkSettings(settings: SchedulerSettings): void {
  const zone = settings['scheduler.timezone'];
  if (zone !== undefined && !isZone(zone)) throw new FreezerError('invalid', `timezone: '${zone}' is no zone; allowed are names such as Europe/Berlin and UTC`);
  const version = settings['service_auth.os_identity_api_version'];
  if (version !== undefined && !/^v?3(\.\d+)?$/.test(version))
    throw new FreezerError('invalid', `os_identity_api_version: '${version}' is not served any more; allowed: 3`);
  const end = settings['service_auth.os_endpoint_type'];
  if (end !== undefined && !/^(public|internal|admin)(URL)?$/.test(end)) {
    throw new FreezerError('invalid', `os_endpoint_type: '${end}' is wrong; allowed: public, publicURL, internal, internalURL, admin, adminURL`);
  }
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
