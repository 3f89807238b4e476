import { padText, textWidth, wrap } from '@freezer/terminal';
import type { Command, OptionSpec } from './command.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { outputOptionsOf } from './output-options.ts';
import { shownOperands } from './parse-arguments.ts';

const LEAST_WIDTH = 60;
const WIDEST = 120;
const LEFT = 26;

const START: readonly (readonly [line: string, does: string])[] = [
  ['source openrc.sh; freezer client-list', 'which hosts are there?'],
  ['freezer --os-cloud mine job-list', 'by a cloud of clouds.yaml'],
  ['freezer job-create -C HOST --path /etc --backup-name etc --storage local --container /var/backups --interval "1 days"', ''],
  ['freezer job-start JOB_ID --wait', 'run it now, and say how it went'],
  ['freezer backup-list', 'what was saved'],
];

const widthOf = (columns: number): number => Math.max(LEAST_WIDTH, Math.min(WIDEST, columns));

/** The page of `freezer --help`: commands by what they are about, first steps, options. */
export function programHelp(commands: readonly Command[], columns: number): string {
  const width = widthOf(columns);
  const groups = [...new Set(commands.map(({ group }) => group))];
  const sections = groups.map((group) =>
    section(
      group,
      rowsOf(
        commands.filter((each) => each.group === group).map(({ name, summary }) => [name, summary]),
        width,
      ),
    ),
  );
  return [
    'usage: freezer [OPTIONS] COMMAND ...',
    '',
    wrap('Clients, jobs, sessions, actions and backups of a Freezer API. A blank may stand for each dash of a command: freezer job list.', width, 0),
    '',
    section('First steps', examplesOf(START)),
    ...sections,
    ...optionSections(GLOBAL_OPTIONS, width),
    wrap('Without OS_AUTH_URL, --os-cloud or --openrc a trial API that the same user runs on this host is found by itself.', width, 0),
    wrap("'freezer help COMMAND' says more about one. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a job that was waited for ended partial.", width, 0),
    '',
  ].join('\n');
}

/** The page of one command. */
export function commandHelp(command: Command, columns: number): string {
  const width = widthOf(columns);
  const own = [...command.options, ...outputOptionsOf(command.result)];
  const required = command.options.filter((option) => option.required === true).map((option) => spelled(option));
  const usage = ['freezer', command.name, ...required, ...(own.length > required.length ? ['[OPTIONS]'] : []), shownOperands(command.operands)].filter(
    (word) => word !== '',
  );
  const summary = `${command.summary[0]?.toUpperCase() ?? ''}${command.summary.slice(1)}.`;
  return [
    wrap(`usage: ${usage.join(' ')}`, width, 15),
    '',
    wrap(summary, width, 0),
    ...(command.details ?? []).map((text) => wrap(text, width, 0)),
    '',
    ...(command.examples.length > 0 ? [section('Examples', examplesOf(command.examples.map(([line, does]) => [`freezer ${line}`, does] as const)))] : []),
    ...(command.operands.length > 0
      ? [
          section(
            'Arguments',
            rowsOf(
              command.operands.map(({ name, help }) => [name.toUpperCase(), help]),
              width,
            ),
          ),
        ]
      : []),
    ...optionSections(own, width),
    "Options for the cloud and the like: 'freezer --help'.",
    '',
  ].join('\n');
}

function optionSections(options: readonly OptionSpec[], width: number): string[] {
  const groups = [...new Set(options.map(({ group }) => group))];
  return groups.map((group) =>
    section(
      `Options${group === undefined ? '' : `: ${group}`}`,
      rowsOf(
        options.filter((each) => each.group === group).map((option) => [spelled(option), option.help]),
        width,
      ),
    ),
  );
}

function spelled({ name, short, metavar }: OptionSpec): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${metavar === undefined ? '' : ` ${metavar}`}`;
}

const section = (title: string, lines: readonly string[]): string => `${title}\n${lines.join('\n')}\n`;

function rowsOf(rows: readonly (readonly [left: string, right: string])[], width: number): string[] {
  return rows.map(([left, right]) => {
    const text = wrap(right, width, LEFT + 2).trimStart();
    return textWidth(left) > LEFT - 2 ? `  ${left}\n${' '.repeat(LEFT + 2)}${text}` : `  ${padText(left, LEFT)}${text}`;
  });
}

function examplesOf(examples: readonly (readonly [line: string, does: string])[]): string[] {
  return examples.map(([line, does]) => (does === '' ? `  ${line}` : `  ${line}\n      ${does}`));
}
