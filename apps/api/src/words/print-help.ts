import { helpText, type ProgramText } from '@freezer/settings/text';

/** Prints the help: all of it, or what concerns the first word when it names an action. Returns the exit code. */
export function printHelp(text: ProgramText, argv: readonly string[]): number {
  const action = argv.find((word) => Object.hasOwn(text.actions, word));
  process.stdout.write(helpText(text, { action, columns: process.stdout.columns || 100 }));
  return 0;
}
