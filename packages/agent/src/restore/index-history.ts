import type { SetId } from '@freezer/core';
import { openPoint, readLevelIndex } from '../point-entries.ts';
import type { RunContext } from '../run-context.ts';
import type { ChosenPoint } from './choose-point.ts';
import type { GonePath, PointHistory } from './point-history.ts';

/** The history that the indexes tell. Levels of ours hold no renames. */
export function indexHistory({ signal }: RunContext, set: SetId, { reader, levels }: ChosenPoint): PointHistory {
  const point = (at: number) => openPoint(reader, set, levels.slice(0, at + 1), { signal });
  return {
    point,
    gone: (at) => goneOf(at),
    async *moved() {
      // Nothing: a renamed directory is in the level again, in full.
    },
    lost: () => [],
  };

  /** Both lists are sorted by the bytes of the paths; a path is gone when the point before has it and the point after has not, or has a directory for a file. */
  async function* goneOf(at: number): AsyncGenerator<GonePath> {
    const opened = levels[at];
    if (opened === undefined) return;
    const index = readLevelIndex(reader, set, opened, { signal });
    const { replacesAll } = await index.header();
    await index.close();
    // A change of type alone needs no help: tar removes a file or an empty directory that stands in the way.
    if (!replacesAll && (opened.manifest?.document.counts.deleted ?? 0) === 0) return;
    const after = point(at)[Symbol.asyncIterator]();
    try {
      let kept = await after.next();
      for await (const { entry } of point(at - 1)) {
        while (!kept.done && kept.value.entry.path < entry.path) kept = await after.next();
        const isDirectory = entry.type === 'directory';
        const stays = !kept.done && kept.value.entry.path === entry.path && (kept.value.entry.type === 'directory') === isDirectory;
        if (!stays) yield { path: entry.path, isDirectory };
      }
    } finally {
      await after.return?.(undefined);
    }
  }
}
