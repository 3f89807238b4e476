import { type ArchiveListing, displayPath, FreezerError, type HeldEntry, type IndexEntry } from '@freezer/core';
import { externalSort, formatIndexLine, type OpenedLevel, parseIndexLine } from '@freezer/format';
import { joinStages } from '@freezer/subprocess';
import { printable } from '@freezer/terminal';
import { decodeStages } from '../decode-stages.ts';
import { facetsThatDiffer } from '../entry-listing.ts';
import { readLevelIndex } from '../point-entries.ts';
import type { RunContext } from '../run-context.ts';
import type { VerifySet } from './verify-unit.ts';

/** What a trial restore of one level gave. */
export interface TrialOutcome {
  /** Entries of the archive, each path once. */
  readonly entries: number;
  /** One line for each entry that is not what the index says; cut at `NAMED_MOST`. */
  readonly problems: readonly string[];
  /** Without an index there is nothing to compare with. */
  readonly hasIndex: boolean;
}

const NAMED_MOST = 20;

/**
 * Decodes the data of a level as a restore does, has the engine read it as an archive, and compares each entry with the index: path, type, size,
 * times, rights, owner, target. Writes nothing but lists in the work folder. An index holds no digests of contents: those are the pieces', which
 * are checked on the way. Fails like the data of the level: `corrupt`, `unauthenticated`, `unexpected` (the program says that it is no archive).
 */
export async function trialRestore(context: RunContext, set: VerifySet, opened: OpenedLevel): Promise<TrialOutcome> {
  await using work = await context.work.within('trial');
  const own: RunContext = { ...context, work };
  const archived = heldOf(own, await readArchive(own, set, opened));
  if (opened.manifest === undefined) {
    let entries = 0;
    for await (const entry of archived) if (entry) entries += 1;
    return { entries, problems: [], hasIndex: false };
  }
  const indexed = readLevelIndex(set.reader, set.id, opened, { signal: context.signal });
  await indexed.header();
  return { ...(await compare(archived, indexed.entries)), hasIndex: true };
}

async function readArchive({ engine, work, passphrases, signal }: RunContext, { reader }: VerifySet, opened: OpenedLevel): Promise<ArchiveListing> {
  const read = await engine.read?.({ workDir: await work.folder('read'), metadata: opened.metadata, signal });
  if (read === undefined) throw new FreezerError('unsupported', `engine ${engine.name} cannot read an archive without restoring it`);
  const decode = await decodeStages({ reader, opened, passphrases }, { signal });
  const joined = joinStages([...decode, ...read.stages], { input: reader.data(opened, { signal }), storageAt: 'start', signal });
  await joined.done;
  return read.finish(await joined.exits);
}

/** What the archive holds, sorted by the bytes of the paths; of a path that it holds twice the later entry. */
async function* heldOf({ work, signal }: RunContext, listing: ArchiveListing): AsyncGenerator<HeldEntry> {
  async function* records() {
    for await (const entry of listing.entries()) if (entry.kind === 'held') yield { key: entry.path, line: formatIndexLine(entry) };
  }
  let last: HeldEntry | undefined;
  for await (const batch of externalSort(records(), { workDir: await work.folder('sort'), signal })) {
    for (const { line } of batch) {
      const entry = parseIndexLine(line, 0);
      if (entry?.kind !== 'held') throw new TypeError('trialRestore: a line of a work file holds no entry');
      if (last !== undefined && last.path !== entry.path) yield last;
      last = entry;
    }
  }
  if (last !== undefined) yield last;
}

async function compare(archived: AsyncGenerator<HeldEntry>, indexed: AsyncIterable<IndexEntry>): Promise<Pick<TrialOutcome, 'entries' | 'problems'>> {
  const problems: string[] = [];
  let entries = 0;
  let found = 0;
  const report = (entry: HeldEntry, what: string): void => {
    found += 1;
    if (found <= NAMED_MOST) problems.push(`${printable(displayPath(entry.path))}: ${what}`);
  };
  const take = async (): Promise<HeldEntry | undefined> => {
    const { done, value } = await archived.next();
    if (done) return undefined;
    entries += 1;
    return value;
  };
  try {
    let next = await take();
    for await (const entry of indexed) {
      if (entry.kind !== 'held') continue;
      for (; next !== undefined && next.path < entry.path; next = await take()) report(next, 'is in the archive, but not in the index');
      if (next?.path !== entry.path) {
        report(entry, 'is in the index, but not in the archive');
        continue;
      }
      const facets = facetsThatDiffer(entry, next);
      if (facets.length > 0) report(entry, `the archive has another ${facets.join(', ')} than the index`);
      next = await take();
    }
    for (; next !== undefined; next = await take()) report(next, 'is in the archive, but not in the index');
  } finally {
    await archived.return(undefined);
  }
  if (found > NAMED_MOST) problems.push(`${found - NAMED_MOST} more entries differ from the index`);
  return { entries, problems };
}
