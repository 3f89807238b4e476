import { wrap } from '@freezer/terminal';
import { longNameOf, type OptionTable } from './option-table.ts';
import { optionHelp, optionUsage } from './option-text.ts';
import type { ProgramText } from './program-text.ts';

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

/** Lines of prose in which `**word**` is bold and `.PP` begins a paragraph. */
function prose(text: string): string {
  const line = (one: string): string =>
    one
      .split(/\*\*(.+?)\*\*/)
      .map((part, index) => (index % 2 === 1 ? bold(part) : part === '' ? '' : plain(part)))
      .join('');
  return text
    .split('\n')
    .map((one) => (one === '.PP' ? one : line(one)))
    .join('\n');
}

function actions({ actions: runs, otherWords }: ProgramText): string {
  const own = Object.entries(runs).map(([name, { does }]) => tagged(bold(name), `${does}.`));
  const others = otherWords.map(({ name, operand, does }) => tagged(bold(name) + (operand === undefined ? '' : ` \\fI${operand}\\fP`), `${does}.`));
  const all = [...own, ...others].join('');
  return all === '' ? '' : `.SH ${own.length > 0 ? 'ACTIONS' : 'WORDS'}\n${all}`;
}

function options({ groups, options: rows }: OptionTable): string {
  return groups
    .flatMap(({ group, title }) => {
      const own = rows.filter((option) => option.group === group && option.only === undefined);
      if (own.length === 0) return [];
      const texts = own.map((option) =>
        tagged(usage(optionUsage(option)), `${optionHelp(option)}${option.later === undefined ? '' : ` (not in this version: ${option.later})`}`),
      );
      return [`.SS ${plain(title)}\n${texts.join('')}`];
    })
    .join('');
}

function environment({ options: rows }: OptionTable): string {
  return rows.flatMap((option) => (option.env === undefined ? [] : [tagged(option.env.map(bold).join(', '), `as --${longNameOf(option)}`)])).join('');
}

/** The manual page, in the macros man(7). Ends with a line end. */
export function manPage(text: ProgramText, { version, date }: ManPageRequest): string {
  const { program, manual, table } = text;
  const { purpose, synopsis, section = 1 } = manual;
  const examples = [...(text.whole ? [text.whole] : []), ...Object.values(text.actions), ...text.otherWords].flatMap((each) => each.examples);
  const forms = synopsis.map(
    (form) => `${bold(program)} ${form.replaceAll(/\*\*(.+?)\*\*/g, (_, word: string) => bold(word)).replaceAll(/_([^_]+)_/g, '\\fI$1\\fP')}\n`,
  );
  return `.TH ${plain(program.toUpperCase())} ${section} ${date} "${plain(program)} ${plain(version)}" "Freezer"
.SH NAME
${plain(program)} \\- ${plain(purpose)}
.SH SYNOPSIS
${forms.join('.PP\n')}.SH DESCRIPTION
${prose(manual.description)}
${actions(text)}.SH OPTIONS
${options(table)}.SH FILES
${prose(manual.files)}
.SH ENVIRONMENT
${prose(manual.environment)}
${environment(table)}.SH EXIT STATUS
${text.exits.map(([code, meaning]) => tagged(bold(code), meaning)).join('')}.SH EXAMPLES
${examples.map(example).join('.PP\n')}`;
}
