import { printText } from '@freezer/terminal';

// `--version` and `--help` load nothing but what they print.
declare const FREEZER_API_VERSION: string;

const OTHER_WORDS: ReadonlySet<string> = new Set(['man', 'completion']);

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--version')) return printText(`${FREEZER_API_VERSION}\n`, 'freezer-manage');
  if (OTHER_WORDS.has(argv[0] ?? '')) {
    const { printDocument } = await import('./words/print-document.ts');
    const { MANAGE_TEXT } = await import('./manage/manage-text.ts');
    return printDocument(MANAGE_TEXT, argv, FREEZER_API_VERSION);
  }
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) {
    const { printHelp } = await import('./words/print-help.ts');
    const { MANAGE_TEXT } = await import('./manage/manage-text.ts');
    const code = await printHelp(MANAGE_TEXT, argv);
    return argv.length === 0 ? 1 : code;
  }
  const { runManageProcess } = await import('./manage/process-host.ts');
  return runManageProcess(argv);
}

process.exitCode = await main(process.argv.slice(2));
