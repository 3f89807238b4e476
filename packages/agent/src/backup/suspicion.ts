import type { CallOptions, HeldEntry, IndexEntry } from '@freezer/core';

/** How much a point holds. */
export interface PointTotals {
  /** Everything but directories. */
  readonly entries: number;
  /** Regular files. */
  readonly files: number;
  /** Sum of the apparent sizes of its files. */
  readonly bytes: number;
}

const NOTHING: PointTotals = { entries: 0, files: 0, bytes: 0 };

const weigh = (entry: HeldEntry): PointTotals => ({
  entries: entry.type === 'directory' ? 0 : 1,
  files: entry.type === 'file' ? 1 : 0,
  bytes: entry.type === 'file' ? entry.size : 0,
});

/**
 * The totals of a point from those of its base: each path that the level holds or deletes is weighed against what the base had there.
 * Both streams are sorted by the bytes of the path; the base is read only up to the last path of the level.
 */
export async function totalsAfter(
  base: PointTotals,
  baseEntries: AsyncIterable<{ readonly entry: HeldEntry }>,
  level: AsyncIterable<IndexEntry>,
  options: CallOptions = {},
): Promise<PointTotals> {
  let { entries, files, bytes } = base;
  const before = baseEntries[Symbol.asyncIterator]();
  try {
    let known = await before.next();
    for await (const entry of level) {
      options.signal?.throwIfAborted();
      if (entry.kind === 'skipped') continue;
      while (!known.done && known.value.entry.path < entry.path) known = await before.next();
      const old = !known.done && known.value.entry.path === entry.path ? weigh(known.value.entry) : NOTHING;
      const now = entry.kind === 'held' ? weigh(entry) : NOTHING;
      entries += now.entries - old.entries;
      files += now.files - old.files;
      bytes += now.bytes - old.bytes;
    }
  } finally {
    await before.return?.();
  }
  return { entries, files, bytes };
}

/** Why a point is suspicious, or undefined. `before` is the point that was made last, if it is known. */
export function suspicion(now: PointTotals, before: PointTotals | undefined, belowPercent: number): string | undefined {
  if (now.entries === 0) return 'suspicious: the source held nothing';
  if (now.bytes === 0 && now.files === 1 && now.entries === 1) return 'suspicious: the source held one file of 0 bytes';
  if (now.bytes === 0 && before !== undefined && before.bytes > 0) return `suspicious: the source held 0 bytes, ${before.bytes} before`;
  if (before === undefined || before.bytes * belowPercent <= now.bytes * 100) return undefined;
  return `suspicious: the source held ${now.bytes} bytes, less than ${belowPercent} % of the ${before.bytes} before`;
}
