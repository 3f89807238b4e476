import type { ActionReading } from './job-reading.ts';
import { isObject, type JsonObject, respelled } from './spelling.ts';

/** Freezer's, where an action names none. */
const RETRY_INTERVAL = 60;
const MOST_TRIES = 1000;
const ACTION_KEYS: ReadonlySet<string> = new Set(['freezer_action', 'action_id', 'max_retries', 'max_retries_interval', 'mandatory', 'timeout', 'priority']);

export interface ActionsReading {
  readonly actions: readonly ActionReading[];
  /** Of the most urgent action. */
  readonly priority: number;
}

/** Reads `job_actions`, with `action_defaults` in those that lack a value. Problems are added to the list, one line each. */
export function readActions(job: JsonObject, problems: string[], warnings: string[]): ActionsReading {
  const list = job['job_actions'];
  const defaults = job['action_defaults'] ?? {};
  if (!isObject(defaults)) problems.push(`action_defaults: is ${kindOf(defaults)}; allowed: an object`);
  if (!Array.isArray(list)) {
    problems.push(`job_actions: is ${kindOf(list)}; allowed: a list of actions`);
    return { actions: [], priority: 0 };
  }
  if (list.length === 0) problems.push('job_actions: is empty; at least one action is needed');
  const read = list.map((action: unknown, index) =>
    readAction(action, { where: `job_actions[${index}]`, defaults: isObject(defaults) ? defaults : {}, problems, warnings }),
  );
  const good = read.filter((one) => one !== undefined);
  return { actions: good.map(({ reading }) => reading), priority: Math.max(0, ...good.map(({ priority }) => priority)) };
}

interface ActionContext {
  /** Before the keys of messages. */
  readonly where: string;
  readonly defaults: JsonObject;
  readonly problems: string[];
  readonly warnings: string[];
}

function readAction(
  value: unknown,
  { where, defaults, problems, warnings }: ActionContext,
): { readonly reading: ActionReading; readonly priority: number } | undefined {
  if (!isObject(value)) {
    problems.push(`${where}: is ${kindOf(value)}; allowed: an object with freezer_action`);
    return undefined;
  }
  const action = respelled(value, `${where}.`, ACTION_KEYS, warnings);
  const given = action['freezer_action'];
  if (!isObject(given)) {
    problems.push(`${where}.freezer_action: is ${kindOf(given)}; allowed: an object with the options of the agent`);
    return undefined;
  }
  for (const key of Object.keys(action)) if (!ACTION_KEYS.has(key)) warnings.push(`${where}.${key}: is not known and is ignored`);
  const number = (key: string, lowest: number, highest: number, byDefault: number): number => {
    const read = wholeNumber(action[key]);
    if (read === undefined) return byDefault;
    if (read >= lowest && read <= highest) return read;
    problems.push(`${where}.${key}: '${String(action[key]).slice(0, 60)}' is no whole number that fits; allowed: ${lowest} to ${highest}`);
    return byDefault;
  };
  const values = { ...respelled(given, `${where}.freezer_action.`, undefined, warnings) };
  for (const [key, fallback] of Object.entries(defaults)) values[key] ??= fallback;
  const timeout = number('timeout', 0, 31_536_000, -1);
  const reading: ActionReading = {
    action: textOr(values['action'], 'backup', `${where}.freezer_action.action`, problems),
    values,
    tries: 1 + number('max_retries', 0, MOST_TRIES, 0),
    retryInterval: number('max_retries_interval', 0, 31_536_000, RETRY_INTERVAL),
    mandatory: flag(action['mandatory'], `${where}.mandatory`, problems),
    timeout: timeout < 0 ? undefined : timeout,
  };
  return { reading, priority: number('priority', -1_000_000, 1_000_000, 0) };
}

/** NaN when it is none; texts of digits are numbers, too. */
function wholeNumber(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' ? Number(value.trim()) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : Number.NaN;
}

function textOr(value: unknown, byDefault: string, where: string, problems: string[]): string {
  if (value === undefined || value === null || value === '') return byDefault;
  if (typeof value === 'string') return value.trim();
  problems.push(`${where}: is ${kindOf(value)}; allowed: backup, restore, info, admin, exec, verify, list`);
  return byDefault;
}

function flag(value: unknown, where: string, problems: string[]): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'True') return true;
  if (value === 'false' || value === 'False') return false;
  problems.push(`${where}: is neither true nor false`);
  return false;
}

/** For messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value === 'object' ? 'object' : typeof value}`;
}
