export type { ActionInput, ActionOutput, ActionResult } from './action-input.ts';
export type { ActionName, Option, OptionGroup, OptionType } from './settings/option.ts';
export { keyOf, OPTION_TABLE } from './settings/option-table.ts';
export { type ResolvedSettings, type ResolveInput, resolveSettings } from './settings/resolve.ts';
export type { SettingKey, Settings } from './settings/settings.ts';
export type { StorageSection } from './settings/storage-sections.ts';
