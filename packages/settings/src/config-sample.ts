import { wrap } from '@freezer/terminal';
import { allowedText } from './allowed-text.ts';
import type { Option } from './option.ts';
import { fileKeyOf, sectionOf } from './option-table.ts';
import { COMPUTED_TEXT, usableChoices } from './option-text.ts';
import type { ProgramText } from './program-text.ts';

const WIDTH = 100;

const comment = (text: string): string => `# ${wrap(text, WIDTH - 2, 0).replaceAll('\n', '\n# ')}\n`;

/** These say where settings stand, and cannot stand there themselves. */
const NOT_IN_FILES: ReadonlySet<string> = new Set(['config', 'config-file', 'config-dir']);

/** As it is written into a file, where `$` begins the name of another setting. */
const written = (value: string | number | boolean): string => String(value).replaceAll('$', '$$$$');

function facts(option: Option): string {
  const allowed = option.choices ? { ...option, choices: usableChoices(option) } : option;
  const parts = [`Allowed: ${allowedText(allowed)}.`];
  if (option.repeatable) parts.push(`Several: one per line, further lines indented, or a list as in ${option.commas ? 'a, b' : "['a', 'b']"}.`);
  if (option.computed !== undefined) parts.push(`Default: ${COMPUTED_TEXT[option.computed]}.`);
  if (option.env) parts.push(`When it is not set, the environment is asked: ${option.env.join(', ')}.`);
  if (option.secret) parts.push('A secret: let nobody else read this file.');
  if (option.actions) parts.push(`Concerns: ${option.actions.join(', ')}.`);
  if (option.later !== undefined) parts.push(`Not in this version: ${option.later}.`);
  return parts.join(' ');
}

function setting(option: Option): string {
  const value = option.default === undefined ? ' None' : option.default === '' ? '' : ` ${written(option.default)}`;
  return `${comment(option.help)}${comment(facts(option))}#${fileKeyOf(option)} =${value}\n`;
}

/** The options of a section under their headings. */
function sectionText({ table }: ProgramText, section: string): string {
  const groups = table.groups.flatMap(({ group, title }) => {
    const own = table.options.filter((option) => option.group === group && sectionOf(option) === section && !NOT_IN_FILES.has(option.name));
    return own.length === 0 ? [] : [`\n\n### ${title} ###\n\n${own.map(setting).join('\n')}`];
  });
  return groups.length === 0 ? '' : `\n[${section}]\n${groups.join('')}`;
}

/** All settings as a file whose every line is a comment: with its meaning, what is allowed and its default. Ends with a line end. */
export function configSample(text: ProgramText): string {
  const head = text.sampleHead
    .split('\n')
    .map((line) => `#${line === '' ? '' : ' '}${line}\n`)
    .join('');
  return head + [...new Set(text.table.options.map(sectionOf))].map((section) => sectionText(text, section)).join('\n');
}
