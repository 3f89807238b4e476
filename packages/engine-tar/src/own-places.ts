import type { BytePath, SkippedEntry } from '@freezer/core';

/** What the caller asked to leave out, as the level reports it. */
export const ownSkips = (leaveOut: readonly BytePath[] = []): SkippedEntry[] =>
  leaveOut.map((path) => ({
    kind: 'skipped',
    path,
    reason: 'own',
    detail: 'the container or the work folder of the backup, or a link that leads to a folder above it',
  }));
