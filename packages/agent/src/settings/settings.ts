import type { SettingsOf } from '@freezer/settings';
import type { OptionRow } from './option-table.ts';

/**
 * The settings of a run, keys as in job files. What no place gave and has no default is undefined; what may be given several times is a list.
 * Sizes are bytes, ages days, dates epoch seconds, paths absolute, `storage_mode` the rights of a file.
 */
export type Settings = SettingsOf<OptionRow>;

export type SettingKey = keyof Settings;
