import { wrap } from '@freezer/terminal';
import type { ActionName, Option } from './option.ts';
import { OPTION_GROUPS } from './option-groups.ts';
import { OPTION_TABLE } from './option-table.ts';
import { optionHelp, optionUsage } from './option-text.ts';
import { OTHER_WORDS } from './other-words.ts';

export interface HelpRequest {
  /** Only what concerns this action. */
  readonly action?: ActionName | undefined;
  /** Width of the terminal. */
  readonly columns: number;
}

export interface ActionText {
  readonly does: string;
  readonly examples: readonly string[];
}

/** What each action does, in a few words behind its name, and how it is called. */
export const ACTION_TEXT: Readonly<Partial<Record<ActionName, ActionText>>> = {
  backup: {
    does: 'saves a directory, a file or a stream',
    examples: [
      'freezer-agent backup --storage local -C /backup -N etc -F /etc',
      'freezer-agent backup --storage local -C /backup -N etc -F /etc --max-level 6 --encrypt-pass-file /root/pass',
      "freezer-agent backup --storage local -C /backup -N db --stdin-command 'pg_dump db' --stdin db.sql",
    ],
  },
  restore: {
    does: 'puts the data of a backup back',
    examples: [
      'freezer-agent restore --storage local -C /backup -N etc --restore-abs-path /tmp/etc',
      'freezer-agent restore --storage local -C /backup -N etc --restore-abs-path /tmp/etc --restore-from-date 2026-11-20T18:00:00',
      'freezer-agent restore ssh/sshd_config --storage local -C /backup -N etc --restore-abs-path /tmp/etc',
      'freezer-agent restore passwd --storage local -C /backup -N etc --to-stdout',
    ],
  },
  verify: {
    does: 'reads backups and checks them',
    examples: [
      'freezer-agent verify --storage local -C /backup -N etc',
      'freezer-agent verify --storage local -C /backup --all-sets --depth restore --subset 10%',
    ],
  },
  list: { does: 'lists backups', examples: ['freezer-agent list --storage local -C /backup', 'freezer-agent list --storage local -C /backup -N etc --json'] },
  show: {
    does: 'lists the entries of one backup',
    examples: [
      'freezer-agent show --storage local -C /backup -N etc',
      "freezer-agent show 'ssh/*' --storage local -C /backup -N etc --restore-from-date 2026-11-20T18:00:00",
    ],
  },
  find: {
    does: 'finds files and their versions in all backups',
    examples: ["freezer-agent find '*.conf' --storage local -C /backup", 'freezer-agent find ssh/sshd_config --storage local -C /backup -N etc --json'],
  },
  diff: {
    does: 'compares two backups (by default the last two)',
    examples: [
      'freezer-agent diff --storage local -C /backup -N etc',
      'freezer-agent diff --storage local -C /backup -N etc --point 2026-11-19T00:00:00 --point 1_1795243884',
    ],
  },
  pin: {
    does: 'keeps a backup from being removed',
    examples: [
      "freezer-agent pin --storage local -C /backup -N etc --reason 'before the upgrade'",
      'freezer-agent pin --storage local -C /backup -N etc --restore-from-date 2026-11-20T18:00:00',
    ],
  },
  unpin: { does: 'takes that back', examples: ['freezer-agent unpin --storage local -C /backup -N etc --point 1_1795243884'] },
  admin: {
    does: 'removes old backups',
    examples: [
      'freezer-agent admin --storage local -C /backup -N etc --remove-older-than 30 --dry-run',
      'freezer-agent admin --storage local -C /backup -N etc --keep-daily 7 --keep-weekly 4',
      'freezer-agent admin --storage local -C /backup --all-sets --keep-daily 7 --dry-run --json',
    ],
  },
};

const INDENT = 2;
const WIDEST_NAME = 34;

function describe(option: Option, columns: number): string {
  const usage = optionUsage(option);
  const indent = INDENT + WIDEST_NAME;
  const help = wrap(optionHelp(option), columns, indent);
  const first = `${' '.repeat(INDENT)}${usage}`;
  return usage.length + 2 > WIDEST_NAME ? `${first}\n${' '.repeat(indent)}${help}` : `${first.padEnd(indent)}${help}`;
}

const concerns = (option: Option, action: ActionName | undefined): boolean =>
  action === undefined || option.actions === undefined || option.actions.includes(action);

function usageText(action: ActionName | undefined): string {
  const text = action === undefined ? undefined : ACTION_TEXT[action];
  if (action !== undefined && text) return `Usage: freezer-agent ${action} [options]\n\n${action} ${text.does}.\n\nExamples:\n${indented(text.examples)}`;
  const actions = Object.entries(ACTION_TEXT).map(([name, { does }]) => `${name.padEnd(9)}${does}`);
  const examples = Object.values(ACTION_TEXT).flatMap(({ examples: [first = ''] }) => [first]);
  return `Usage: freezer-agent ACTION [options]\n\nActions (freezer-agent ACTION --help says more):\n${indented(actions)}\nExamples:\n${indented(examples)}`;
}

const OTHER_NAME = 21;

function otherWords(width: number): string {
  const rows = OTHER_WORDS.map(({ name, operand, does }) => {
    const usage = operand === undefined ? name : `${name} ${operand}`;
    return `${usage.padEnd(OTHER_NAME)}${wrap(does, width, INDENT + OTHER_NAME)}`;
  });
  return `\nOther words:\n${indented(rows)}`;
}

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');

/** The help: grouped, with examples, never wider than the terminal where that can be avoided. Ends with a line end. */
export function helpText({ action, columns }: HelpRequest): string {
  const width = Math.min(Math.max(columns, 60), 120);
  const rows = OPTION_TABLE.filter((option) => concerns(option, action));
  const groups = OPTION_GROUPS.flatMap(({ group, title }) => {
    const own = rows.filter((option) => option.group === group && !option.quietly && option.name !== 'action');
    return own.length === 0 ? [] : [`\n${title}:\n${own.map((option) => describe(option, width)).join('\n')}\n`];
  });
  const general = `\nGeneral:\n${describe(HELP, width)}\n${describe(VERSION, width)}\n`;
  const quiet = rows.filter((option) => option.quietly).map((option) => `--${option.name}`);
  const known = `\n${wrap('Also known, for what is not part of this version or for the sake of older job files:', width, 0)}\n  ${wrap(quiet.join(' '), width, INDENT)}\n`;
  const exits = `\n${wrap('Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but incomplete, 130 and 143 interrupted.', width, 0)}\n`;
  const others = action === undefined ? otherWords(width) : '';
  return `${usageText(action)}${others}${groups.join('')}${general}${known}${exits}`;
}

const HELP: Option = { name: 'help', short: 'h', type: 'bool', group: 'running', help: 'this text' };
const VERSION: Option = { name: 'version', type: 'bool', group: 'running', help: 'the version' };
