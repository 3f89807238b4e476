import { ACTION_NAMES, type ActionName } from '@freezer/agent/help';

/** The action that the help is asked for: `restore --help`, `--action restore --help`. Undefined: help for all. */
export function helpAction(argv: readonly string[]): ActionName | undefined {
  const named = argv.find((word) => word.startsWith('--action='))?.slice('--action='.length) ?? argv[argv.indexOf('--action') + 1];
  const word = argv.includes('--action') || argv.some((one) => one.startsWith('--action=')) ? named : argv[0];
  return ACTION_NAMES.find((action) => action === word);
}
