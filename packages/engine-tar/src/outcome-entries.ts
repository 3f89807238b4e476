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

/** What the level holds, what is gone since the base, what was skipped. */
export async function* outcomeEntries(request: OutcomeRequest): AsyncGenerator<IndexEntry, void, undefined> {
  const { indexPath, snapshotPath, basePath, leftOut, signal } = request;
  const flags = new InodeFlags(request.folder, { signal });
  try {
    for await (const lines of readLineBatches(indexPath, { signal })) {
      for (const line of lines) {
        const held = parseIndexLine(line)?.entry;
        if (held === undefined) continue;
        yield held;
        if (flags.add(held)) yield* await flags.flush();
      }
    }
    yield* await flags.end();
  } finally {
    flags.close();
  }
  if (basePath !== undefined) yield* asDeleted(deletedPaths({ basePath, snapshotPath, leftOut, signal }));
  yield* request.skipped;
}

async function* asDeleted(paths: AsyncIterable<BytePath>): AsyncGenerator<IndexEntry, void, undefined> {
  for await (const path of paths) yield { kind: 'deleted', path };
}
