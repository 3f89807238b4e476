import { wrap } from '@freezer/terminal';
import type { Option } from './option.ts';
import { longNameOf } from './option-table.ts';
import { optionHelp, optionUsage } from './option-text.ts';
import type { ActionText, ProgramText } from './program-text.ts';

export interface HelpRequest {
  /** Only what concerns this action. */
  readonly action?: string | undefined;
  /** Width of the terminal. */
  readonly columns: number;
}

const INDENT = 2;
const WIDEST_NAME = 34;
const ACTION_NAME = 9;
const OTHER_NAME = 21;

function describe(option: Option, columns: number): string {
  const usage = optionUsage(option);
  const indent = INDENT + WIDEST_NAME;
  const help = wrap(optionHelp(option), columns, indent);
  const first = `${' '.repeat(INDENT)}${usage}`;
  return usage.length + 2 > WIDEST_NAME ? `${first}\n${' '.repeat(indent)}${help}` : `${first.padEnd(indent)}${help}`;
}

const concerns = (option: Option, action: string | undefined): boolean =>
  action === undefined || option.actions === undefined || option.actions.includes(action);

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');

/** Names and what they do, in two columns of which the first takes as much as it needs. */
function twoColumns(rows: readonly (readonly [name: string, does: string])[], least: number, width: number): string {
  const first = rows.reduce((most, [name]) => Math.max(most, name.length + 2), least);
  return indented(rows.map(([name, does]) => `${name.padEnd(first)}${wrap(does, width, INDENT + first)}`));
}

function wholeUsage({ program }: ProgramText, { does, examples }: ActionText, width: number): string {
  return `Usage: ${program} [options]\n\n${wrap(`${program} ${does}.`, width, 0)}\n\nExamples:\n${indented(examples)}`;
}

function usageText(text: ProgramText, action: string | undefined, width: number): string {
  const { program, actions } = text;
  if (text.whole) return wholeUsage(text, text.whole, width);
  const own = action === undefined ? undefined : actions[action];
  if (action !== undefined && own) return `Usage: ${program} ${action} [options]\n\n${action} ${own.does}.\n\nExamples:\n${indented(own.examples)}`;
  const rows = Object.entries(actions).map(([name, { does }]) => [name, does] as const);
  const examples = Object.values(actions).flatMap(({ examples: [first = ''] }) => [first]);
  return `Usage: ${program} ACTION [options]\n\nActions (${program} ACTION --help says more):\n${twoColumns(rows, ACTION_NAME, width)}\nExamples:\n${indented(examples)}`;
}

function otherWords({ otherWords: words }: ProgramText, width: number): string {
  if (words.length === 0) return '';
  const rows = words.map(({ name, operand, does }) => [operand === undefined ? name : `${name} ${operand}`, does] as const);
  return `\nOther words:\n${twoColumns(rows, OTHER_NAME, width)}`;
}

/** Long names of options that are not described. */
function knownBesides(rows: readonly Option[], width: number): string {
  const quiet = rows.filter((option) => option.quietly).map((option) => `--${longNameOf(option)}`);
  if (quiet.length === 0) return '';
  return `\n${wrap('Also known, for what is not part of this version or for the sake of older job files:', width, 0)}\n  ${wrap(quiet.join(' '), width, INDENT)}\n`;
}

/** The help: grouped, with examples, never wider than the terminal where that can be avoided. Ends with a line end. */
export function helpText(text: ProgramText, { action, columns }: HelpRequest): string {
  const width = Math.min(Math.max(columns, 60), 120);
  const rows = text.table.options.filter((option) => concerns(option, action) && option.only === undefined);
  const groups = text.table.groups.flatMap(({ group, title }) => {
    const own = rows.filter((option) => option.group === group && !option.quietly && option.name !== 'action');
    return own.length === 0 ? [] : [`\n${title}:\n${own.map((option) => describe(option, width)).join('\n')}\n`];
  });
  const general = `\nGeneral:\n${describe(HELP, width)}\n${describe(VERSION, width)}\n`;
  const exits = `\n${wrap(text.exitsLine, width, 0)}\n`;
  const others = action === undefined ? otherWords(text, width) : '';
  const spelling = text.spelling === undefined ? '' : `\n${wrap(text.spelling, width, 0)}\n`;
  return `${usageText(text, action, width)}${others}${spelling}${groups.join('')}${general}${knownBesides(rows, width)}${exits}`;
}

const HELP: Option = { name: 'help', short: 'h', type: 'bool', group: '', help: 'this text' };
const VERSION: Option = { name: 'version', type: 'bool', group: '', help: 'the version' };
