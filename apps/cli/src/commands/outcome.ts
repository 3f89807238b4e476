import type { FreezerClient } from '@freezer/client-sdk';
import type { JsonValue } from '@freezer/models';
import type { GivenValues } from '../command-line/command.ts';
import type { ReadInput } from '../documents/read-document.ts';
import type { ListResult, ShowResult } from '../output/write-result.ts';

export interface CommandContext {
  readonly client: FreezerClient;
  readonly values: GivenValues;
  readonly signal: AbortSignal;
  readonly readInput: ReadInput;
  /** A line on stderr that -q takes away. */
  readonly say: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** What a command found or did. `document` is what `--json` prints. */
export type Outcome = { readonly document: JsonValue; readonly exitCode?: number } & (
  | { readonly kind: 'list'; readonly list: ListResult }
  | { readonly kind: 'show'; readonly show: ShowResult }
  | { readonly kind: 'text'; readonly text: string }
  /** Said on stderr. */
  | { readonly kind: 'done'; readonly message: string }
);

export type CommandFunction = (context: CommandContext) => Promise<Outcome>;
