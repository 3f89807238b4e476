import type { BytePath, CallOptions, HeldEntry, IndexEntry, SkippedEntry } from '@freezer/core';

/** The index of one level: what `readIndex` gave, or the entries of an archive that was read, sorted by the bytes of the paths. */
export interface IndexLevel {
  readonly replacesAll: boolean;
  readonly entries: AsyncIterable<IndexEntry>;
}

/** Something that a restore point holds, and the level in which its bytes lie. */
export interface PointEntry {
  readonly entry: HeldEntry;
  readonly level: number;
}

type PresentEntry = Exclude<IndexEntry, SkippedEntry>;

/** The next held or deleted entry of one level. */
class LevelCursor {
  readonly level: number;
  current: PresentEntry | undefined;
  readonly #iterator: AsyncIterator<IndexEntry>;

  constructor(level: number, entries: AsyncIterable<IndexEntry>) {
    this.level = level;
    this.#iterator = entries[Symbol.asyncIterator]();
  }

  async advance(): Promise<void> {
    for (;;) {
      const step = await this.#iterator.next();
      const entry = step.done === true ? undefined : step.value;
      if (entry?.kind === 'skipped') continue;
      this.current = entry;
      return;
    }
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}

/** The least path of all cursors, as the highest level has it. The cursors are those of the highest level first. */
function leastOf(cursors: readonly LevelCursor[]): { readonly found: PresentEntry; readonly level: number } | undefined {
  let found: PresentEntry | undefined;
  let level = 0;
  for (const cursor of cursors) {
    if (cursor.current === undefined || (found !== undefined && cursor.current.path >= found.path)) continue;
    found = cursor.current;
    level = cursor.level;
  }
  return found && { found, level };
}

/**
 * The list of a restore point, sorted by the bytes of the paths: of each path what the highest level says of it, and nothing where that says
 * deleted. A level that replaces all hides the levels below it. A path that a level skipped keeps what an older level has of it.
 * `levels` are those of the point, level 0 first. Streams: holds one entry of each level. Fails with what a level failed with.
 */
export async function* mergePoint(levels: readonly IndexLevel[], { signal }: CallOptions = {}): AsyncGenerator<PointEntry> {
  const base = Math.max(
    0,
    levels.findLastIndex((level) => level.replacesAll),
  );
  const cursors = levels.map((level, index) => new LevelCursor(index, level.entries)).toReversed();
  const used = cursors.filter((cursor) => cursor.level >= base);
  try {
    for (const cursor of used) await cursor.advance();
    for (let count = 1, least = leastOf(used); least; count += 1, least = leastOf(used)) {
      if (count % 1000 === 0) signal?.throwIfAborted();
      const { found, level } = least;
      if (found.kind === 'held') yield { entry: found, level };
      for (const cursor of used) while (cursor.current?.path === found.path) await cursor.advance();
    }
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

/** What the level skipped. Of a point it is the top level that counts: what an older one skipped the next ones saved, or skipped again. */
export async function* skippedOf(entries: AsyncIterable<IndexEntry>): AsyncGenerator<SkippedEntry> {
  for await (const entry of entries) if (entry.kind === 'skipped') yield entry;
}

/** Whether a path is one of `paths` or lies below one; `.` is everything. */
export function pathFilter(paths: readonly BytePath[]): (path: BytePath) => boolean {
  const chosen = new Set(paths.map((path) => path.replace(/(?!^)\/+$/, '')));
  if (chosen.has('.')) return () => true;
  return (path) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) if (chosen.has(path.slice(0, end))) return true;
    return false;
  };
}

/** Those entries of a point that are `paths` or lie below them. */
export async function* filterPaths(point: AsyncIterable<PointEntry>, paths: readonly BytePath[]): AsyncGenerator<PointEntry> {
  const accepts = pathFilter(paths);
  for await (const item of point) if (accepts(item.entry.path)) yield item;
}
