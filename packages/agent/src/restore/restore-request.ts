import type { SetId } from '@freezer/core';
import type { TrustPolicy } from '@freezer/format';

/** What a run of `restore` is asked for. */
export interface RestoreRequest {
  readonly set: SetId;
  /** Absolute. */
  readonly target: string;
  /** Epoch seconds: the newest point at or before it. Undefined: the newest. */
  readonly at: number | undefined;
  /** A point by its name (`<level>_<T>`, `<T>`) or date; in place of `at`. */
  readonly point?: string | undefined;
  /** Restore into a folder that holds something: what the backup holds is replaced, nothing else is touched. */
  readonly overwrite: boolean;
  /** Besides, remove from the target what the backup does not hold. */
  readonly prune: boolean;
  /** Read and check everything before the first write. */
  readonly verifyFirst: boolean;
  readonly trust: TrustPolicy;
  readonly dryRun: boolean;
}

/** What becomes of something that is at the target already. */
export type ConflictPolicy = 'always' | 'if-newer' | 'if-changed' | 'never';

/** What a restore of a part is asked for besides. */
export interface PartRequest extends RestoreRequest {
  /** Paths and patterns as the user wrote them; none: everything. */
  readonly paths: readonly string[];
  readonly conflict: ConflictPolicy;
}
