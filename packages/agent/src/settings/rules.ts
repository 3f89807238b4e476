import { FreezerError } from '@freezer/core';
import { withPlace } from '@freezer/settings';
import { ACTION_NAMES, type ActionName } from './option.ts';
import { AGENT_TABLE } from './option-table.ts';
import { readProxy } from './proxy.ts';
import type { SettingKey, Settings } from './settings.ts';
import { isStream, STREAM_RULES } from './stream-rules.ts';
import { readSubset } from './subset.ts';

const REASON_MAX_BYTES = 1000;

/** A rule between options: which action, what is wrong, and what to say. */
interface Rule {
  readonly actions: readonly ActionName[];
  readonly broken: (settings: Settings, given: ReadonlySet<SettingKey>) => boolean;
  readonly message: string;
}

const RETENTION: readonly SettingKey[] = [
  'remove_older_than',
  'remove_from_date',
  'keep_last',
  'keep_hourly',
  'keep_daily',
  'keep_weekly',
  'keep_monthly',
  'keep_yearly',
];

const EVERY_ACTION = ACTION_NAMES;

/** Options that a user might think to change another action: there they are refused, unless they say what holds anyway. */
const OF_SOME_ACTIONS: readonly { readonly key: SettingKey; readonly actions: readonly ActionName[] }[] = [
  { key: 'stdin', actions: ['backup'] },
  { key: 'stdin_command', actions: ['backup'] },
  { key: 'set', actions: ['admin', 'verify', 'copy'] },
  { key: 'all_sets', actions: ['admin', 'verify', 'copy'] },
  { key: 'reason', actions: ['pin'] },
  { key: 'to', actions: ['copy'] },
  { key: 'storage_verify', actions: ['verify'] },
  { key: 'depth', actions: ['verify'] },
  { key: 'subset', actions: ['verify'] },
];

const RULES: readonly Rule[] = [
  ...OF_SOME_ACTIONS.map(({ key, actions }) => ({
    actions: EVERY_ACTION.filter((action) => !actions.includes(action)),
    broken: (settings: Settings) => asksForSomething(key, settings),
    message: `--${key.replaceAll('_', '-')} is for the action ${actions.join(' or ')}`,
  })),
  {
    actions: EVERY_ACTION,
    broken: ({ quiet, progress }) => quiet && progress === 'json',
    message: '--quiet and --progress json contradict each other',
  },
  {
    actions: EVERY_ACTION,
    broken: ({ proxy }) => proxy !== undefined && proxy !== '' && readProxy(proxy) === undefined,
    message: 'Proxy has unknown scheme: --proxy must be an address that begins with http:// or https://',
  },
  {
    actions: ['backup', 'restore', 'show', 'diff', 'pin', 'unpin', 'admin'],
    broken: (settings, given) => !settings.backup_name && !namesOtherSets(settings) && !onlyOrphans(settings, given),
    message: 'A value for --backup-name is required',
  },
  {
    actions: ['backup', 'restore', 'admin', 'verify', 'list', 'show', 'find', 'diff', 'pin', 'unpin'],
    broken: (settings) => settings.container === '',
    message: '--container is required',
  },
  { actions: ['info'], broken: (settings) => settings.container === '', message: '--container is required' },
  { actions: ['exec'], broken: (settings) => !settings.command?.trim(), message: '--command option is required' },
  {
    actions: ['backup'],
    broken: (settings) => settings.path_to_backup === undefined && !isStream(settings),
    message: 'path-to-backup argument must be provided',
  },
  ...STREAM_RULES,
  {
    actions: ['backup'],
    broken: (settings) => settings.no_incremental && Boolean(settings.max_level || settings.always_level),
    message: 'no-incremental option is not compatible with backup level options',
  },
  {
    actions: ['backup'],
    broken: (settings) => settings.no_incremental && settings.incremental,
    message: 'no-incremental option is not compatible with --incremental',
  },
  {
    actions: ['backup'],
    broken: (settings) => settings.hide_names && settings.encrypt_pass_file.length === 0,
    message: '--hide-names needs --encrypt-pass-file',
  },
  {
    actions: ['backup'],
    broken: (settings, given) => given.has('encryption') && settings.encrypt_pass_file.length === 0,
    message: '--encryption needs --encrypt-pass-file',
  },
  {
    actions: ['backup'],
    broken: (settings) => settings.encrypt_pass_file.length > 1,
    message: 'a backup takes one --encrypt-pass-file; several are for reading older backups',
  },
  {
    actions: ['restore', 'verify', 'list', 'show', 'find', 'diff', 'backup'],
    broken: (settings) => settings.require_authenticated && settings.allow_unauthenticated,
    message: '--require-authenticated and --allow-unauthenticated contradict each other',
  },
  {
    actions: ['restore'],
    broken: (settings) => settings.restore_abs_path === undefined && !settings.to_stdout,
    message: '--restore-abs-path is required',
  },
  {
    actions: ['restore'],
    broken: (settings) => settings.to_stdout && settings.path.length !== 1,
    message: '--to-stdout writes one file: name it by one --path',
  },
  {
    actions: ['restore'],
    broken: (settings) => settings.to_stdout && (settings.restore_abs_path !== undefined || settings.json || settings.metadata_out === '-'),
    message: '--to-stdout leaves no room for --restore-abs-path, --json or --metadata-out -',
  },
  {
    actions: ['restore'],
    broken: (settings) => settings.conflict !== 'always' && !settings.overwrite,
    message: '--conflict needs --overwrite',
  },
  {
    actions: ['restore', 'show', 'diff', 'pin', 'unpin'],
    broken: (settings) => settings.point.length > 0 && settings.restore_from_date !== undefined,
    message: '--point and --restore-from-date contradict each other',
  },
  { actions: ['restore', 'show', 'pin', 'unpin'], broken: (settings) => settings.point.length > 1, message: '--point can be given once' },
  { actions: ['diff'], broken: (settings) => settings.point.length > 2, message: 'diff compares two points: --point can be given twice' },
  { actions: ['find'], broken: (settings) => settings.path.length === 0, message: "find needs a path or a pattern, as in find passwd or find '*.conf'" },
  {
    actions: ['restore'],
    broken: (settings) => Boolean(settings.consistency_checksum) && (settings.path.length > 0 || settings.to_stdout),
    message: '--consistency-checksum is of the whole: it cannot be compared with a part',
  },
  { actions: ['restore'], broken: (settings) => settings.delete && !settings.overwrite, message: '--delete needs --overwrite' },
  {
    actions: ['admin'],
    broken: (settings, given) => !settings.remove_orphans && !RETENTION.some((key) => given.has(key)),
    message: 'You need to say what to remove. You can use --remove-older-than, --remove-from-date, --keep-last and the like, or --remove-orphans',
  },
  {
    actions: ['admin', 'verify'],
    broken: (settings) => settings.all_sets && (settings.backup_name !== undefined || settings.set.length > 0),
    message: '--all-sets leaves no room for --backup-name or --set',
  },
  {
    actions: ['pin'],
    broken: ({ reason }) => Buffer.byteLength(reason ?? '') > REASON_MAX_BYTES,
    message: `--reason is longer than ${REASON_MAX_BYTES} bytes`,
  },
  {
    actions: ['verify'],
    broken: ({ subset }) => Boolean(subset) && readSubset(subset ?? '') === undefined,
    message: '--subset must be a share such as 10% or 2.5% (more than 0, at most 100), or a part such as 3/7',
  },
  {
    actions: ['admin'],
    broken: (settings, given) => given.has('older_than') && !settings.remove_orphans,
    message: '--older-than needs --remove-orphans; to remove old backups use --remove-older-than',
  },
];

function asksForSomething(key: SettingKey, settings: Settings): boolean {
  const value = settings[key];
  return Array.isArray(value) ? value.length > 0 : Boolean(value) && value !== AGENT_TABLE.ofKey(key)?.default;
}

/** `--set` and `--all-sets`, which are for some actions only. */
const namesOtherSets = (settings: Settings): boolean => settings.set.length > 0 || settings.all_sets;

function onlyOrphans(settings: Settings, given: ReadonlySet<SettingKey>): boolean {
  return settings.remove_orphans && !RETENTION.some((key) => given.has(key));
}

/** Checks what options ask of each other. Fails with `invalid`. `places` says which keys were given, and where. */
export function checkRules(action: ActionName, settings: Settings, places: ReadonlyMap<SettingKey, string>): void {
  const given = new Set(places.keys());
  const broken = RULES.find((rule) => rule.actions.includes(action) && rule.broken(settings, given));
  if (broken) throw new FreezerError('invalid', withPlace(AGENT_TABLE, broken.message, places));
}
