import { printText } from '@freezer/terminal';

// `--version` and `--help` load nothing but what they print.
declare const FREEZER_API_VERSION: string;

const OTHER_WORDS: ReadonlySet<string> = new Set(['config-sample', 'man', 'completion']);

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--version')) return printText(`${FREEZER_API_VERSION}\n`, 'freezer-api');
  if (OTHER_WORDS.has(argv[0] ?? '')) {
    const { printDocument } = await import('./words/print-document.ts');
    const { API_TEXT } = await import('./settings/api-text.ts');
    return printDocument(API_TEXT, argv, FREEZER_API_VERSION);
  }
  if (argv.includes('--help') || argv.includes('-h')) {
    const { printHelp } = await import('./words/print-help.ts');
    const { API_TEXT } = await import('./settings/api-text.ts');
    return printHelp(API_TEXT, argv);
  }
  const { runProcess } = await import('./run/process-host.ts');
  return runProcess(argv, FREEZER_API_VERSION);
}

process.exitCode = await main(process.argv.slice(2));
