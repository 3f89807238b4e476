import type { Logger } from '@freezer/core';
import type { SettingsHost } from '@freezer/settings';
import type { ManageSettings } from './manage-table.ts';

/** A command with its settings. */
export interface ManageRun {
  /** `sync`, `register`. */
  readonly verb: string;
  readonly operands: readonly string[];
  readonly settings: ManageSettings;
  readonly environment: SettingsHost['environment'];
  readonly logger: Logger;
  /** Resolves to whether anything can still be written. */
  readonly print: (text: string) => Promise<boolean>;
}
