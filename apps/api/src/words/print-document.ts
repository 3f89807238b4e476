import { writeSync } from 'node:fs';
import { messageOf } from '@freezer/core';
import { documentText, otherWord, otherWordHelp, type ProgramText } from '@freezer/settings';
import { exitCodeOf } from '../run/exit-code.ts';

/** Prints the sample, the manual page or a completion. Returns the exit code. */
export function printDocument(text: ProgramText, argv: readonly string[], version: string): number {
  try {
    const word = otherWord(text, argv[0]);
    const wantsHelp = argv.includes('--help') || argv.includes('-h');
    const date = new Date().toISOString().slice(0, 10);
    process.stdout.write(word && wantsHelp ? otherWordHelp(text, word) : (documentText(text, { words: argv, version, date }) ?? ''));
    return 0;
  } catch (error) {
    writeSync(2, `${text.program}: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}
