import type { CallOptions } from './bytes.ts';
import type { Logger } from './logger.ts';
import type { OpenStage } from './stage.ts';
import type { SettingsReader } from './storage.ts';

/** What is saved, held ready for an engine. `release` is idempotent and is what disposal does. */
export interface SourceLease extends AsyncDisposable {
  /** 'path', 'volume', 'server', 'image', 'stream': what the engine can be asked for. */
  readonly kind: string;
  /** A path, or the id of the thing; of a stream the name of the file that it becomes. */
  readonly resource: string;
  /** Of a stream: what gives its bytes, once. It fails when they are not whole, and `release` stops it. */
  readonly bytes?: OpenStage | undefined;
  /** For the manifest and the result document: what the user named, without a credential. */
  readonly description: string;
  release(): Promise<void>;
}

/** What is to be saved, chosen by the ids that are given (spec of the options: "backup media"). */
export interface Source {
  readonly kind: string;
  /** Fails with `not_found` or `permission_denied`, naming what the user gave. */
  open(options?: CallOptions): Promise<SourceLease>;
}

export interface SourcePlugin<Options = unknown> {
  readonly kind: string;
  readonly settings: SettingsReader<Options>;
  /** Whether these settings choose this source. The first plugin that says yes is taken. */
  accepts(settings: Readonly<Record<string, unknown>>): boolean;
  create(options: Options, deps: { readonly logger: Logger }): Source;
}
