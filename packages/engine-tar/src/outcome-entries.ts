import type { BytePath, CallOptions, IndexEntry, SkippedEntry } from '@freezer/core';
import { readLineBatches } from './byte-lines.ts';
import { deletedPaths } from './deleted-paths.ts';
import { parseIndexLine } from './index-line.ts';
import { InodeFlags } from './inode-flags.ts';
import type { LeftOut } from './left-out.ts';

export interface OutcomeRequest extends CallOptions {
  readonly indexPath: string;
  readonly snapshotPath: string;
  readonly basePath: string | undefined;
  /** Where the paths of the archive are, absolute. */
  readonly folder: string;
  readonly leftOut: LeftOut;
  readonly skipped: readonly SkippedEntry[];
}

/** What the level holds, what is gone since the base, what was skipped; in batches. */
export async function* outcomeEntries(request: OutcomeRequest): AsyncGenerator<readonly IndexEntry[], void, undefined> {
  const { indexPath, snapshotPath, basePath, leftOut, signal } = request;
  const flags = new InodeFlags(request.folder, { signal });
  try {
    for await (const lines of readLineBatches(indexPath, { signal })) {
      const batch: IndexEntry[] = [];
      for (const line of lines) {
        const held = parseIndexLine(line)?.entry;
        if (held === undefined) continue;
        batch.push(held);
        if (flags.add(held)) batch.push(...(await flags.flush()));
      }
      yield batch;
    }
    yield await flags.end();
  } finally {
    flags.close();
  }
  if (basePath !== undefined) yield* asDeleted(deletedPaths({ basePath, snapshotPath, leftOut, signal }));
  yield request.skipped;
}

async function* asDeleted(paths: AsyncIterable<BytePath>): AsyncGenerator<readonly IndexEntry[], void, undefined> {
  for await (const path of paths) yield [{ kind: 'deleted', path }];
}
