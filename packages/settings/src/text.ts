// A door of its own: what a program's `--help` needs, so that its bundle brings nothing else.
export { CONFIG_OPTIONS } from './config-options.ts';
export { type HelpRequest, helpText } from './help.ts';
export type { Option } from './option.ts';
export { OptionTable } from './option-table.ts';
export { documentWords, type ProgramText } from './program-text.ts';
export type { SettingsOf } from './settings-of.ts';
