import { messageOf } from '@freezer/core';
import { documentText, otherWord, otherWordHelp, type ProgramText } from '@freezer/settings';
import { complain, printText } from '@freezer/terminal';
import { exitCodeOf } from '../run/exit-code.ts';

/** Prints the sample, the manual page or a completion. Resolves to the exit code. */
export async function printDocument(text: ProgramText, argv: readonly string[], version: string): Promise<number> {
  try {
    const word = otherWord(text, argv[0]);
    const wantsHelp = argv.includes('--help') || argv.includes('-h');
    const date = new Date().toISOString().slice(0, 10);
    const page = word && wantsHelp ? otherWordHelp(text, word) : (documentText(text, { words: argv, version, date }) ?? '');
    return await printText(page, text.program);
  } catch (error) {
    complain(`${text.program}: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}
