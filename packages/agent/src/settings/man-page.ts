import { wrap } from '@freezer/terminal';
import { ACTION_TEXT } from './help.ts';
import { OPTION_GROUPS } from './option-groups.ts';
import { OPTION_TABLE } from './option-table.ts';
import { optionHelp, optionUsage } from './option-text.ts';
import { OTHER_WORDS } from './other-words.ts';

export interface ManPageRequest {
  /** Of the program. */
  readonly version: string;
  /** `2026-11-21`. */
  readonly date: string;
}

/** Text that means itself to roff: no escapes, no requests, hyphens that can be copied. */
function plain(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('^', '\\(ha').replaceAll('~', '\\(ti');
  return escaped.replace(/^([.])/, '\\&$1');
}

const bold = (text: string): string => `\\fB${plain(text)}\\fP`;

/** `-F, --path-to-backup PATH` with its names in bold and its value slanted. */
function usage(text: string): string {
  return text
    .split(' ')
    .map((word) => (word.startsWith('-') ? `${bold(word.replace(/,$/, ''))}${word.endsWith(',') ? ',' : ''}` : `\\fI${plain(word)}\\fP`))
    .join(' ');
}

/** Short lines, as people who read the source expect. */
const filled = (text: string): string => wrap(text, 66, 0).split('\n').map(plain).join('\n');

const tagged = (tag: string, text: string): string => `.TP\n${tag}\n${filled(text)}\n`;

const example = (line: string): string => `.nf\n${plain(line)}\n.fi\n`;

function actions(): string {
  const runs = Object.entries(ACTION_TEXT).map(([name, { does }]) => tagged(bold(name), `${does}.`));
  const others = OTHER_WORDS.map(({ name, operand, does }) => tagged(bold(name) + (operand === undefined ? '' : ` \\fI${operand}\\fP`), `${does}.`));
  return [...runs, ...others].join('');
}

function options(): string {
  return OPTION_GROUPS.flatMap(({ group, title }) => {
    const own = OPTION_TABLE.filter((option) => option.group === group);
    if (own.length === 0) return [];
    const rows = own.map((option) =>
      tagged(usage(optionUsage(option)), `${optionHelp(option)}${option.later === undefined ? '' : ` (not in this version: ${option.later})`}`),
    );
    return [`.SS ${plain(title)}\n${rows.join('')}`];
  }).join('');
}

function environment(): string {
  return OPTION_TABLE.flatMap((option) => (option.env === undefined ? [] : [tagged(option.env.map(bold).join(', '), `as --${option.name}`)])).join('');
}

const EXITS: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'failed, or called without any argument'],
  ['2', 'wrong usage: one line says what is wrong and what is allowed'],
  ['3', 'done, but incomplete; each item is named (--partial-exit-code chooses another number)'],
  ['130, 143', 'interrupted by SIGINT, SIGTERM'],
];

/** The manual page, in the macros man(7). Ends with a line end. */
export function manPage({ version, date }: ManPageRequest): string {
  const examples = [...Object.values(ACTION_TEXT), ...OTHER_WORDS].flatMap((text) => text.examples);
  return `.TH FREEZER\\-AGENT 1 ${date} "freezer\\-agent ${plain(version)}" "Freezer"
.SH NAME
freezer\\-agent \\- makes, restores, checks and removes backups on a host
.SH SYNOPSIS
${bold('freezer-agent')} \\fIACTION\\fP [\\fIoptions\\fP]
.PP
${bold('freezer-agent')} ${bold('--action')} \\fIACTION\\fP [\\fIoptions\\fP]
.SH DESCRIPTION
Saves directories and files of this host as full and incremental backups,
reads and writes the backups of Freezer in Python, and restores, verifies,
lists and removes them. Without an action it makes a backup.
.PP
Names of options may be shortened as long as only one begins so.
A flag has a twin with
${bold('--no')} before its name.
.SH ACTIONS
${actions()}.SH OPTIONS
${options()}.SH FILES
Settings come from the files of
${bold('--config-file')} and ${bold('--config-dir')}
(section [DEFAULT]), above them the job file of
${bold('--config')},
above that the command line.
The key of an option is its name with _ for \\-.
${bold('freezer-agent config-sample')} prints them all.
.SH ENVIRONMENT
Fills what no other place gave.
Each setting has a name there, as with oslo.config: OS_DEFAULT__ and its key
in capitals, such as OS_DEFAULT__BACKUP_NAME.
Some have others besides:
${environment()}.SH EXIT STATUS
${EXITS.map(([code, meaning]) => tagged(bold(code), meaning)).join('')}.SH EXAMPLES
${examples.map(example).join('.PP\n')}`;
}
