import { AGENT_TEXT, documentText, operandOf, otherWord, otherWordHelp } from '@freezer/agent/documents';
import { FreezerError, messageOf } from '@freezer/core';
import { exitCodeOfError } from './exit-code.ts';

/** What such a word needs of the process. */
export interface OtherWordHost {
  readonly argv: readonly string[];
  readonly version: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly print: (text: string) => Promise<void>;
  /** One line, ended, for people. */
  readonly complain: (line: string) => void;
}

async function makePassFile(path: string): Promise<string> {
  const { makePassFile: make } = await import('@freezer/codec');
  await make(path).catch((error: unknown) => {
    // That the file is there is a slip of the caller, as a wrong value is.
    throw FreezerError.is(error, 'already_exists') ? new FreezerError('invalid', messageOf(error), { cause: error }) : error;
  });
  return `${path} holds a new passphrase: keep a copy where the backups are not, without it they cannot be read\n`;
}

async function textOf({ argv, version, now }: OtherWordHost): Promise<string> {
  const word = otherWord(AGENT_TEXT, argv[0]);
  const rest = argv.slice(1);
  if (!word) throw new FreezerError('invalid', `unknown word '${argv[0]}'`);
  if (rest.includes('--help') || rest.includes('-h')) return otherWordHelp(AGENT_TEXT, word);
  const text = documentText(AGENT_TEXT, { words: argv, version, date: new Date(now()).toISOString().slice(0, 10) });
  return text ?? makePassFile(operandOf(AGENT_TEXT, word, rest) ?? '');
}

/** Does what a word that is no action asks for: prints a document, or makes a pass file. Resolves to the exit code. */
export async function runOtherWord(host: OtherWordHost): Promise<number> {
  try {
    await host.print(await textOf(host));
    return 0;
  } catch (error) {
    host.complain(`Critical Error: ${messageOf(error)}\n`);
    return exitCodeOfError(error);
  }
}
