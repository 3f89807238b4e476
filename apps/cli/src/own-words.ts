import { messageOf } from '@freezer/core';
import { textOf } from './command-line/command.ts';
import { COMMANDS } from './command-line/command-table.ts';
import { completionScript, type Shell } from './command-line/completion.ts';
import { findCommand } from './command-line/find-command.ts';
import { commandHelp, programHelp } from './command-line/help-text.ts';
import { type ParsedArguments, parseArguments } from './command-line/parse-arguments.ts';

export interface OwnAnswer {
  readonly text: string;
  readonly exitCode: number;
}

/** What is answered without a server: help, completion, the version, and command lines that make no sense. Else undefined. */
export function ownWord(argv: readonly string[], { version, columns }: { readonly version: string; readonly columns: number }): OwnAnswer | undefined {
  if (argv.length === 0) return { text: programHelp(COMMANDS, columns), exitCode: 1 };
  let parsed: ParsedArguments;
  try {
    parsed = parseArguments(argv, COMMANDS);
  } catch (error) {
    return { text: `freezer: ${messageOf(error)}\n`, exitCode: 2 };
  }
  const { command, options } = parsed;
  if (options['version'] !== undefined) return { text: `freezer ${version}\n`, exitCode: 0 };
  if (options['help'] !== undefined) return { text: command === undefined ? programHelp(COMMANDS, columns) : commandHelp(command, columns), exitCode: 0 };
  switch (command?.name) {
    case 'help':
      return helpOf(parsed.operands['command'], columns);
    case 'completion':
      return { text: completionScript(parsed.operands['shell'] as Shell, 'freezer', COMMANDS), exitCode: 0 };
    case 'complete':
      return { text: completionScript('bash', textOf(parsed, 'name') ?? 'freezer', COMMANDS), exitCode: 0 };
    case undefined:
      return { text: "freezer: which command? 'freezer help' lists them\n", exitCode: 2 };
    default:
      return undefined;
  }
}

function helpOf(words: string | readonly string[] | undefined, columns: number): OwnAnswer {
  const asked = typeof words === 'string' ? [words] : (words ?? []);
  if (asked.length === 0) return { text: programHelp(COMMANDS, columns), exitCode: 0 };
  const found = findCommand(asked, COMMANDS);
  if (found.kind === 'found') return { text: commandHelp(found.command, columns), exitCode: 0 };
  return { text: `freezer: '${asked.join(' ')}' is not a freezer command; 'freezer help' lists them\n`, exitCode: 2 };
}
