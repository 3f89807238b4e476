import type { BytePath, RestoreProblem } from '@freezer/core';
import type { PointEntry } from '@freezer/format';

/** A path that the level before had, and this one has not. */
export interface GonePath {
  readonly path: BytePath;
  readonly isDirectory: boolean;
}

/** A path whose content the level takes over from another name: Python's levels know renamed directories. */
export interface MovedPath {
  readonly from: BytePath;
  readonly to: BytePath;
  readonly isDirectory: boolean;
}

/** An entry of a point. */
export interface HistoryEntry extends PointEntry {
  /** How the archive of `level` names it and what it is linked to, where that is not what it is called now. */
  readonly stored?: { readonly path: BytePath; readonly target?: BytePath | undefined } | undefined;
}

/** What the levels of a point did to each other. Nothing of it is held in memory. */
export interface PointHistory {
  /** What is there after level `at`, sorted by the bytes of the paths. */
  point(at: number): AsyncIterable<HistoryEntry>;
  /** What went with level `at` of that which the levels before it had; sorted by the bytes of the paths, names before any renaming. */
  gone(at: number): AsyncIterable<GonePath>;
  /** What level `at` renamed of that which the levels before it had, without what is gone; sorted by `from`. */
  moved(at: number): AsyncIterable<MovedPath>;
  /** What is there after level `at` according to its directories, but cannot be restored, because tar recorded a renaming wrong. */
  lost(at: number): readonly RestoreProblem[];
}
