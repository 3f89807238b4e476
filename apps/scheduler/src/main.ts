import { complain, printText } from '@freezer/terminal';
import { tuneV8 } from './tune-v8.ts';

declare const FREEZER_SCHEDULER_VERSION: string;

const PROGRAM = 'freezer-scheduler';

// `--version` and `--help` load nothing but what they print.
async function main(argv: readonly string[]): Promise<void> {
  const asksForHelp = argv.includes('--help') || argv.includes('-h');
  if (argv.includes('--version')) process.exitCode = await printText(`${FREEZER_SCHEDULER_VERSION}\n`, PROGRAM);
  else if (argv.length === 0 || asksForHelp) {
    const { helpText } = await import('@freezer/settings/text');
    const { SCHEDULER_TEXT } = await import('@freezer/scheduler/text');
    const action = argv.find((word) => Object.hasOwn(SCHEDULER_TEXT.actions, word));
    const page = helpText(SCHEDULER_TEXT, { action, columns: process.stdout.columns ?? 100 });
    if (!asksForHelp) complain(page);
    process.exitCode = asksForHelp ? await printText(page, PROGRAM) : 2;
  } else {
    tuneV8();
    const { runProcess } = await import('./process-host.ts');
    process.exitCode = await runProcess(argv, FREEZER_SCHEDULER_VERSION, import.meta.dirname);
  }
}

await main(process.argv.slice(2));
