import type { Option } from './option.ts';
import { CLOUD_OPTIONS } from './options/cloud.ts';
import { CONTENT_OPTIONS } from './options/content.ts';
import { DATABASE_OPTIONS } from './options/databases.ts';
import { ENCRYPTION_OPTIONS } from './options/encryption.ts';
import { LEVEL_OPTIONS } from './options/levels.ts';
import { LOGGING_OPTIONS } from './options/logging.ts';
import { RESTORE_OPTIONS } from './options/restore.ts';
import { RETENTION_OPTIONS } from './options/retention.ts';
import { RUNNING_OPTIONS } from './options/running.ts';
import { SERVER_OPTIONS } from './options/servers.ts';
import { SNAPSHOT_OPTIONS } from './options/snapshot.ts';
import { WHAT_OPTIONS } from './options/what.ts';
import { WHERE_OPTIONS } from './options/where.ts';

const ROWS = [
  ...WHAT_OPTIONS,
  ...WHERE_OPTIONS,
  ...LEVEL_OPTIONS,
  ...CONTENT_OPTIONS,
  ...ENCRYPTION_OPTIONS,
  ...RESTORE_OPTIONS,
  ...RETENTION_OPTIONS,
  ...RUNNING_OPTIONS,
  ...LOGGING_OPTIONS,
  ...SERVER_OPTIONS,
  ...SNAPSHOT_OPTIONS,
  ...DATABASE_OPTIONS,
  ...CLOUD_OPTIONS,
] as const;

/** The row types, from which `Settings` is derived. */
export type OptionRow = (typeof ROWS)[number];

/** Every option that the command line and the files know. */
export const OPTION_TABLE: readonly Option[] = ROWS;

const snake = (name: string): string => name.replaceAll('-', '_');

/** The name of an option in files and in `Settings`. */
export const keyOf = (option: Option): string => option.key ?? snake(option.name);

const BY_KEY: ReadonlyMap<string, Option> = new Map(OPTION_TABLE.map((option) => [keyOf(option), option]));

/** The option with this key; undefined when there is none. */
export const optionOfKey = (key: string): Option | undefined => BY_KEY.get(key);

const BY_FILE_NAME: ReadonlyMap<string, Option> = new Map(
  OPTION_TABLE.flatMap((option) =>
    [option.name, ...(option.aliases ?? []), ...(option.fileAliases ?? []), keyOf(option)].map((name) => [snake(name), option] as const),
  ),
);

/** The option that a file means by a name, in whatever spelling of any release; undefined when there is none. */
export const optionOfFileName = (name: string): Option | undefined => BY_FILE_NAME.get(snake(name));
