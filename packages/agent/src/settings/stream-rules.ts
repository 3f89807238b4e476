import type { ActionName } from './option.ts';
import type { SettingKey, Settings } from './settings.ts';

interface StreamRule {
  readonly actions: readonly ActionName[];
  readonly broken: (settings: Settings, given: ReadonlySet<SettingKey>) => boolean;
  readonly message: string;
}

const LEFT_OUT = [
  ['exclude', '--exclude'],
  ['exclude_from', '--exclude-from'],
  ['exclude_caches', '--exclude-caches'],
  ['exclude_if_present', '--exclude-if-present'],
  ['files_from', '--files-from'],
  ['dereference_symlink', '--dereference-symlink'],
  ['consistency_check', '--consistency-check'],
] as const satisfies readonly (readonly [SettingKey, string])[];

const isOn = (value: unknown): boolean => Boolean(value) && !(Array.isArray(value) && value.length === 0);

/** Whether the source is a stream. */
export const isStream = ({ stdin, stdin_command }: Settings): boolean => stdin !== undefined || stdin_command !== undefined;

/** What `--stdin` and `--stdin-command` ask of the other options. */
export const STREAM_RULES: readonly StreamRule[] = [
  {
    actions: ['backup'],
    broken: ({ stdin, path_to_backup }) => stdin !== undefined && path_to_backup !== undefined,
    message: '--stdin and --path-to-backup contradict each other: one run saves one of the two',
  },
  {
    actions: ['backup'],
    broken: ({ stdin_command, path_to_backup }) => stdin_command !== undefined && path_to_backup !== undefined,
    message: '--stdin-command and --path-to-backup contradict each other: one run saves one of the two',
  },
  {
    actions: ['backup'],
    broken: (settings, given) => isStream(settings) && given.has('engine_name') && settings.engine_name !== 'stream',
    message: '--stdin and --stdin-command need --engine stream, which is chosen by itself when --engine is left out',
  },
  {
    actions: ['backup'],
    broken: (settings) => !isStream(settings) && settings.engine_name === 'stream',
    message: '--engine stream needs --stdin or --stdin-command in place of --path-to-backup',
  },
  ...LEFT_OUT.map(([key, option]) => ({
    actions: ['backup'] as const,
    broken: (settings: Settings) => isStream(settings) && isOn(settings[key]),
    message: `${option} needs --path-to-backup: of --stdin and --stdin-command all is saved as it comes`,
  })),
];
