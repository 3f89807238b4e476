import { messageOf } from '@freezer/core';
import { type ActionValues, toldBy } from './action-file.ts';
import { isBelow } from './allowed-path.ts';

/** What jobs may do on this host; from its own configuration alone. */
export interface ActionPolicy {
  readonly exec: 'allowed' | 'disabled' | 'central' | 'trial';
  /** Programs that exec may run; empty: all. */
  readonly execAllowed: readonly string[];
  /** Folders; empty: everywhere. */
  readonly allowedPaths: readonly string[];
  readonly allowedRestorePaths: readonly string[];
  /** Whether an action may name programs, plugins, key files and settings files of this host. */
  readonly allowHostFiles: boolean;
  readonly capabilities: Capabilities;
  /** A job runs on behalf of its owner or not at all. */
  readonly needsTrust: boolean;
}

/** Lists of what is supported; empty: all. */
export interface Capabilities {
  readonly actions: readonly string[];
  readonly modes: readonly string[];
  readonly storages: readonly string[];
  readonly engines: readonly string[];
}

/** Keys by which a document would run programs of its choice on the host, or make the agent read settings that do. */
const PROGRAM_KEYS: ReadonlySet<string> = new Set([
  'pre_hook',
  'post_hook',
  'on_failure_hook',
  'stdin_command',
  'plugin',
  'plugins',
  'config',
  'config_file',
  'config_dir',
  'log_config_append',
  'log_config',
  'osrc',
  'os_client_config_file',
  'os_client_secure_file',
]);

const EXEC_REASON = {
  disabled: 'exec actions are refused on this host (disable_exec)',
  central: 'exec actions are refused by a central scheduler unless allow_exec is set',
  trial: 'exec actions from an API without authentication are refused unless --allow-exec is given',
} as const;

type Told = ReadonlyMap<string, string>;

/** Why an action may not run here, in one line; undefined when it may. */
export function refusalOf(action: ActionValues, policy: ActionPolicy): string | undefined {
  try {
    const values = toldBy(action);
    const name = values.get('action') ?? 'backup';
    return (
      unsupported(values, name, policy.capabilities) ?? refusedExec(values, name, policy) ?? refusedKey(values, policy) ?? refusedPath(values, name, policy)
    );
  } catch (error) {
    return `the agent could not read this action: ${messageOf(error)}`;
  }
}

function unsupported(values: Told, name: string, { actions, modes, storages, engines }: Capabilities): string | undefined {
  const checks = [
    ['action', name, actions],
    ['mode', values.get('mode'), modes],
    ['storage', values.get('storage'), storages],
    // Which of the two counts is the agent's affair.
    ['engine', values.get('engine_name'), engines],
    ['engine', values.get('engine'), engines],
  ] as const;
  const bad = checks.find(([, value, list]) => value !== undefined && list.length > 0 && !list.includes(value));
  return bad && `this client does not support ${bad[0]} ${bad[1]}`;
}

function refusedExec(values: Told, name: string, { exec, execAllowed }: ActionPolicy): string | undefined {
  if (name !== 'exec') return undefined;
  if (exec !== 'allowed') return EXEC_REASON[exec];
  const command = values.get('command') ?? '';
  const [program = ''] = command.split(/\s+/);
  if (execAllowed.length > 0 && /[;&|`$<>()\n]/.test(command)) return 'exec: with exec_allowed a command holds no signs of a shell';
  return execAllowed.length === 0 || execAllowed.some((pattern) => matches(program, pattern))
    ? undefined
    : `exec: ${program || 'no command'} is not in exec_allowed`;
}

/** `*` stands for what has no slash. */
function matches(program: string, pattern: string): boolean {
  const source = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${source.join('[^/]*')}$`).test(program);
}

function refusedKey(values: Told, { allowHostFiles }: ActionPolicy): string | undefined {
  const key = allowHostFiles ? undefined : [...values.keys()].find((name) => PROGRAM_KEYS.has(name));
  return key && `${key} in a job is refused on this host unless allow_job_hooks is set`;
}

function refusedPath(values: Told, name: string, policy: ActionPolicy): string | undefined {
  const checks = [
    ['path_to_backup', ['path_to_backup', 'src_file'], policy.allowedPaths, 'allowed_paths', name === 'backup'],
    ['restore_abs_path', ['restore_abs_path'], policy.allowedRestorePaths, 'allowed_restore_paths', name === 'restore'],
  ] as const;
  for (const [key, names, allowed, setting, concerns] of checks) {
    if (!concerns || allowed.length === 0) continue;
    // With blanks at its ends and without: the agent takes those of some paths away, and knows more kinds of them than a file of settings.
    const paths = names.flatMap((one) => values.get(one) ?? []).flatMap((one) => [one, one.trim()]);
    const outside = paths.find((path) => !allowed.some((folder) => isBelow(path, folder)));
    if (outside !== undefined) return `${key} ${outside} is not below ${setting}`;
  }
  return undefined;
}
