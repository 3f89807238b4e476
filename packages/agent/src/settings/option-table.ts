import { OptionTable } from '@freezer/settings/text';
import type { Option } from './option.ts';
import { OPTION_GROUPS } from './option-groups.ts';
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

/** How they are looked up. */
export const AGENT_TABLE: OptionTable<Option> = new OptionTable(OPTION_TABLE, OPTION_GROUPS);
