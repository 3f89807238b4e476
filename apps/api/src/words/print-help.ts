import { helpText, type ProgramText } from '@freezer/settings/text';
import { printText } from '@freezer/terminal';

/** Prints the help: all of it, or what concerns the first word when it names an action. Resolves to the exit code. */
export function printHelp(text: ProgramText, argv: readonly string[]): Promise<0 | 1> {
  const action = argv.find((word) => Object.hasOwn(text.actions, word));
  return printText(helpText(text, { action, columns: process.stdout.columns || 100 }), text.program);
}
