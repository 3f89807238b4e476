import { printText } from '@freezer/terminal';
import { OTHER_WORD_NAMES } from './other-word-names.ts';
import { tuneV8 } from './tune-v8.ts';

// `--version` and `--help` load nothing but what they print: they are called by scripts, and by people who wait.
declare const FREEZER_AGENT_VERSION: string;

const SPEAKER = 'Critical Error';

async function printHelp(argv: readonly string[]): Promise<0 | 1> {
  const { helpPage } = await import('./help-page.ts');
  return printText(helpPage(argv, process.stdout.columns ?? 100), SPEAKER);
}

async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--version')) process.exitCode = await printText(`${FREEZER_AGENT_VERSION}\n`, SPEAKER);
  else if (OTHER_WORD_NAMES.has(argv[0] ?? '')) {
    const { runProcessWord } = await import('./process-word.ts');
    process.exitCode = await runProcessWord(argv, FREEZER_AGENT_VERSION);
  } else if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) {
    const code = await printHelp(argv);
    process.exitCode = argv.length === 0 ? 1 : code;
  } else {
    tuneV8();
    const { runProcess } = await import('./process-host.ts');
    process.exitCode = await runProcess(argv, FREEZER_AGENT_VERSION);
  }
}

await main(process.argv.slice(2));
