import type { CallOptions, SetId } from '@freezer/core';
import { type IndexLevel, identityText, type LevelReader, mergePoint, type OpenedLevel, type PointEntry, readIndex } from '@freezer/format';

/** The index of a level as a stream. It was checked against the manifest before (`LevelReader.check`). */
export function readLevelIndex(reader: LevelReader, set: SetId, opened: OpenedLevel, options: CallOptions): ReturnType<typeof readIndex> {
  const key = opened.keys && { chainKey: opened.keys.chainKey, identity: identityText(opened.manifest?.document.identity ?? set, opened.level.id) };
  return readIndex(reader.raw(opened, 'index', options), { key, ...options });
}

/** What a point holds, by the indexes of its levels (level 0 first), sorted by the bytes of the paths. Every level must have one. */
export async function* openPoint(reader: LevelReader, set: SetId, levels: readonly OpenedLevel[], options: CallOptions = {}): AsyncGenerator<PointEntry> {
  const indexes: IndexLevel[] = [];
  for (const opened of levels) {
    const index = readLevelIndex(reader, set, opened, options);
    indexes.push({ replacesAll: (await index.header()).replacesAll, entries: index.entries });
  }
  yield* mergePoint(indexes, options);
}
