import { join } from 'node:path';
import type { ArchivedEntry, ByteStream, CallOptions, EngineRead } from '@freezer/core';
import { listedDump } from './dump-entries.ts';
import { SpooledEntries } from './spooled-entries.ts';
import { readMembers } from './tar-members.ts';

/** Describes the listing of an archive, without any program. */
export function openPortableRead({ workDir, signal }: { readonly workDir: string } & CallOptions): EngineRead {
  const spool = new SpooledEntries<ArchivedEntry>(join(workDir, 'tar-list'));
  return {
    stages: [{ kind: 'sink', name: 'tar reader', take: (body, options) => list(body, spool, options) }],
    finish: async () => ({ entries: () => spool.entries({ signal }) }),
  };
}

async function list(body: ByteStream, spool: SpooledEntries<ArchivedEntry>, { signal }: CallOptions): Promise<void> {
  try {
    for await (const { entry, dumpList } of readMembers(body)) {
      signal?.throwIfAborted();
      await spool.add(entry);
      if (dumpList !== undefined) for (const said of listedDump(entry.path, dumpList)) await spool.add(said);
    }
  } finally {
    await spool.close();
  }
}
