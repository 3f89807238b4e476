import { printText } from '@freezer/terminal';
import { OTHER_WORD_NAMES } from './other-word-names.ts';
import { SPEAKER } from './speaker.ts';

/** Runs a command line in this process; sets the exit code. What it does not need is not loaded. */
export async function runCommand(argv: readonly string[], version: string): Promise<void> {
  if (OTHER_WORD_NAMES.has(argv[0] ?? '')) {
    const { runProcessWord } = await import('./process-word.ts');
    process.exitCode = await runProcessWord(argv, version);
  } else if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) {
    const { helpPage } = await import('./help-page.ts');
    const code = await printText(helpPage(argv, process.stdout.columns ?? 100), SPEAKER);
    process.exitCode = argv.length === 0 ? 1 : code;
  } else {
    const { runProcess } = await import('./process-host.ts');
    process.exitCode = await runProcess(argv, version);
  }
}
