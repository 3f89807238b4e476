import type { CallOptions } from './bytes.ts';

/** A frozen copy of what lies at a path. `release` unmounts and removes it; idempotent. */
export interface SnapshotLease extends AsyncDisposable {
  /** Where the same content is found now. */
  readonly path: string;
  release(): Promise<void>;
}

/** Freezes the file system that holds a path (LVM, VSS). Leaves nothing behind when it fails. */
export interface Snapshotter {
  readonly kind: string;
  create(path: string, options?: CallOptions): Promise<SnapshotLease>;
}
