// By its own door: the package's main one would bring everything else with it into the bundle of `--help`.
import { helpText } from '@freezer/agent/help';
import { helpAction } from './help-action.ts';

/** The help as it is printed: all of it, or what concerns the action that is named. */
export const helpPage = (argv: readonly string[], columns: number): string => helpText({ action: helpAction(argv), columns });
