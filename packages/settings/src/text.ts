// A door of its own: what a program's `--help` needs, so that its bundle brings nothing else.
export { type HelpRequest, helpText } from './help.ts';
export { OptionTable } from './option-table.ts';
export { documentWords, type ProgramText } from './program-text.ts';
