import type { BytePath, Mode, SetId, Source } from '@freezer/core';
import type { Compression, Encryption } from '@freezer/models';
import type { ContentLists } from './content-lists.ts';

/** What a run of `backup` is asked for. */
export interface BackupRequest {
  readonly set: SetId;
  readonly source: Source;
  readonly mode: Mode;
  readonly compression: Compression;
  /** Undefined: not encrypted. */
  readonly encryption: { readonly algorithm: Encryption; readonly passphrase: Buffer; readonly hideNames: boolean } | undefined;
  readonly levels: {
    readonly maxLevel?: number | undefined;
    readonly alwaysLevel?: number | undefined;
    readonly restartAlwaysLevelDays?: number | undefined;
    readonly incremental?: boolean | undefined;
    readonly noIncremental?: boolean | undefined;
  };
  /** Options that shape the content; kept in the manifest. */
  readonly shape: {
    readonly exclude: readonly string[];
    readonly dereference: string | undefined;
    readonly lists?: ContentLists;
    readonly excludeCaches?: boolean;
    readonly excludeIfPresent?: readonly string[];
    /** Below the source, found when the run begins: the container and the work folders of runs. */
    readonly ownPlaces?: readonly BytePath[];
  };
  /** Take Freezer's checksum of the source before it is read. */
  readonly consistencyCheck?: boolean;
  /** A point of less than so many percent of the one before is suspicious. */
  readonly suspiciousBelowPercent: number;
  readonly waitSeconds: number;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly clientVersion: string;
}
