import { complain, printText } from '@freezer/terminal';

declare const FREEZER_CLI_VERSION: string;

// `--version` and the help load nothing but what they print: they are called by scripts, and by people who wait.
async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && argv[0] === '--version') return printText(`freezer ${FREEZER_CLI_VERSION}\n`, 'freezer');
  const { ownWord } = await import('./own-words.ts');
  const own = ownWord(argv, { version: FREEZER_CLI_VERSION, columns: process.stdout.columns ?? 100 });
  if (own !== undefined) {
    if (own.exitCode === 2) complain(own.text);
    else if ((await printText(own.text, 'freezer')) !== 0) return 1;
    return own.exitCode;
  }
  const { runProcess } = await import('./run-process.ts');
  return runProcess(argv, FREEZER_CLI_VERSION);
}

process.exitCode = await main(process.argv.slice(2));
