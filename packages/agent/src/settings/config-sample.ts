import { wrap } from '@freezer/terminal';
import { allowedText } from './allowed-text.ts';
import type { Option } from './option.ts';
import { OPTION_GROUPS } from './option-groups.ts';
import { keyOf, OPTION_TABLE } from './option-table.ts';
import { usableChoices } from './option-text.ts';

const WIDTH = 100;

const comment = (text: string): string => `# ${wrap(text, WIDTH - 2, 0).replaceAll('\n', '\n# ')}\n`;

/** These say where settings stand, and cannot stand there themselves. */
const NOT_IN_FILES: ReadonlySet<string> = new Set(['config', 'config-file', 'config-dir']);

const COMPUTED: Readonly<Record<NonNullable<Option['computed']>, string>> = {
  hostname: "this host's name",
  state_dir: '/var/lib/freezer for root, else $XDG_STATE_HOME/freezer',
  ssh_key: '~/.ssh/id_rsa',
};

/** As it is written into a file, where `$` begins the name of another setting. */
const written = (value: string | number | boolean): string => String(value).replaceAll('$', '$$$$');

function facts(option: Option): string {
  const allowed = option.choices ? { ...option, choices: usableChoices(option) } : option;
  const parts = [`Allowed: ${allowedText(allowed)}.`];
  if (option.repeatable) parts.push("Several: one per line, further lines indented, or a list as in ['a', 'b'].");
  if (option.computed !== undefined) parts.push(`Default: ${COMPUTED[option.computed]}.`);
  if (option.env) parts.push(`When it is not set, the environment is asked: ${option.env.join(', ')}.`);
  if (option.secret) parts.push('A secret: let nobody else read this file.');
  if (option.actions) parts.push(`Concerns: ${option.actions.join(', ')}.`);
  if (option.later !== undefined) parts.push(`Not in this version: ${option.later}.`);
  return parts.join(' ');
}

function setting(option: Option): string {
  const value = option.default === undefined ? ' None' : option.default === '' ? '' : ` ${written(option.default)}`;
  return `${comment(option.help)}${comment(facts(option))}#${keyOf(option)} =${value}\n`;
}

const HEAD = `# Settings of freezer-agent, for --config-file FILE. Written by freezer-agent config-sample.
#
# What stands here counts less than the job file of --config, and that less than the command line;
# the environment fills what none of them gave: OS_DEFAULT__ and the key in capitals. A line that
# begins with # or ; is a comment, one that is indented goes on with the value before it, and a value
# in quotes loses them. $name stands for the value of another setting, $$ for a dollar sign. None says
# that nothing is set.
#
# A job file of --config knows the same keys, in sections of any name; there $ means itself, and % is
# written %%.

[DEFAULT]
`;

/** All settings as a file whose every line is a comment: with its meaning, what is allowed and its default. Ends with a line end. */
export function configSample(): string {
  const groups = OPTION_GROUPS.flatMap(({ group, title }) => {
    const own = OPTION_TABLE.filter((option) => option.group === group && !NOT_IN_FILES.has(option.name));
    return own.length === 0 ? [] : [`\n\n### ${title} ###\n\n${own.map(setting).join('\n')}`];
  });
  return HEAD + groups.join('');
}
