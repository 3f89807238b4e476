import { writeSync } from 'node:fs';
import { runOtherWord } from './other-word.ts';
import { openStandardOutput } from './standard-output.ts';

/** Does in this process what a word that is no action asks for. Resolves to the exit code. */
export function runProcessWord(argv: readonly string[], version: string): Promise<number> {
  const out = openStandardOutput(process.stdout);
  return runOtherWord({ argv, version, now: Date.now, print: (text) => out.write(text), complain: (line) => void writeSync(2, line) });
}
