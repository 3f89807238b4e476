import { type ArchiveListing, type BytePath, FreezerError, type HeldEntry, type Renamed, type SetId } from '@freezer/core';
import { describeLevel, externalSort, formatIndexLine, type OpenedLevel, parseIndexLine, type SortRecord } from '@freezer/format';
import { joinStages } from '@freezer/subprocess';
import { decodeStages } from '../decode-stages.ts';
import { readLevelIndex } from '../point-entries.ts';
import type { RunContext } from '../run-context.ts';
import type { ChosenPoint } from './choose-point.ts';
import { LineSpool, readSpool } from './line-spool.ts';

/** What a level says of one path. */
export interface PathFact {
  readonly path: BytePath;
  readonly held: HeldEntry | undefined;
  /** A directory's dump list has its name. */
  readonly isNamed: boolean;
  /** It is a directory whose dump list the level holds. */
  readonly isListed: boolean;
  readonly isDeleted: boolean;
}

/** What a level says, in a file. */
export interface LevelFacts {
  /** Of `PathFact`s, sorted by the bytes of the paths. */
  readonly file: string;
  /** In the order in which they were done. */
  readonly renames: readonly Renamed[];
  /** Whether the dump list of the source itself is there: then what it and its directories do not name is gone. */
  readonly hasLists: boolean;
  /** Nothing of an older level counts any more. */
  readonly replacesAll: boolean;
}

const NAMED = 'n';
const LISTED = 'l';
const DELETED = '-';

export interface FactsRequest {
  readonly set: SetId;
  readonly point: ChosenPoint;
  readonly opened: OpenedLevel;
  readonly at: number;
}

/** Reads what a level says: from its index, or from its archive. Fails with `unsupported` when the engine cannot list archives. */
export async function readLevelFacts(context: RunContext, request: FactsRequest): Promise<LevelFacts> {
  return request.opened.manifest === undefined ? fromArchive(context, request) : fromIndex(context, request);
}

async function fromIndex(context: RunContext, { set, point, opened, at }: FactsRequest): Promise<LevelFacts> {
  const { signal } = context;
  const index = readLevelIndex(point.reader, set, opened, { signal });
  const { replacesAll } = await index.header();
  const file = await LineSpool.write(factsFile(context, at), async (spool) => {
    for await (const entry of index.entries) {
      if (entry.kind === 'skipped') continue;
      await spool.add(factLine(entry.path, entry.kind === 'held' ? formatIndexLine(entry) : DELETED));
    }
  });
  return { file, renames: [], hasLists: false, replacesAll };
}

async function fromArchive(context: RunContext, request: FactsRequest): Promise<LevelFacts> {
  const renames: Renamed[] = [];
  let hasLists = false;
  const listing = await readArchive(context, request);
  async function* records(): AsyncGenerator<SortRecord> {
    for await (const entry of listing.entries()) {
      if (entry.kind === 'held') yield { key: entry.path, line: formatIndexLine(entry) };
      else if (entry.kind === 'renamed') renames.push({ from: entry.from, to: entry.to });
      else if (entry.kind === 'names') {
        hasLists ||= entry.path === '.';
        yield { key: entry.path, line: LISTED };
        for (const name of entry.names) yield { key: entry.path === '.' ? name : `${entry.path}/${name}`, line: NAMED };
      }
    }
  }
  const { signal, work } = context;
  const file = await LineSpool.write(factsFile(context, request.at), async (spool) => {
    for await (const batch of externalSort(records(), { workDir: await work.folder('history-sort'), signal })) {
      for (const { key, line } of batch) await spool.add(factLine(key, line));
    }
  });
  return { file, renames, hasLists, replacesAll: false };
}

async function readArchive(context: RunContext, { point: { reader }, opened, at }: FactsRequest): Promise<ArchiveListing> {
  const { engine, signal, work, passphrases } = context;
  const read = await engine.read?.({ workDir: await work.folder(`read-${at}`), metadata: opened.metadata, signal });
  if (read === undefined) {
    const reason = `engine ${engine.name} cannot list an archive, and ${describeLevel(opened.level.id)} has no index`;
    throw new FreezerError('unsupported', `restore into a folder that is not empty: ${reason}; restore into an empty folder`);
  }
  const decode = await decodeStages({ reader, opened, passphrases }, { signal });
  const joined = joinStages([...decode, ...read.stages], { input: reader.data(opened, { signal }), storageAt: 'start', signal });
  await joined.done;
  return read.finish(await joined.exits);
}

const factsFile = ({ work }: RunContext, at: number): string => work.file(`facts-${at}`);

const factLine = (path: BytePath, mark: string): string => (mark.length === 1 ? mark + JSON.stringify(path) : mark);

/** Reads a file of facts; what is said of one path comes as one. Of a path that an archive holds twice the later entry counts. */
export async function* readFacts(file: string, { signal }: Pick<RunContext, 'signal'>): AsyncGenerator<PathFact> {
  let fact: PathFact | undefined;
  for await (const line of readSpool(file, { signal })) {
    const next = parseFact(line);
    if (fact && fact.path !== next.path) yield fact;
    fact = fact?.path === next.path ? mergeFacts(fact, next) : next;
  }
  if (fact) yield fact;
}

const mergeFacts = (first: PathFact, second: PathFact): PathFact => ({
  path: first.path,
  held: second.held ?? first.held,
  isNamed: first.isNamed || second.isNamed,
  isListed: first.isListed || second.isListed,
  isDeleted: first.isDeleted || second.isDeleted,
});

function parseFact(line: string): PathFact {
  const mark = line.charAt(0);
  const held = mark === '{' ? parseIndexLine(line, 0) : undefined;
  if (held?.kind === 'held') return { path: held.path, held, isNamed: false, isListed: false, isDeleted: false };
  const path: unknown = JSON.parse(line.slice(1));
  if (typeof path !== 'string') throw new TypeError('readFacts: a line holds no path');
  return { path, held: undefined, isNamed: mark === NAMED, isListed: mark === LISTED, isDeleted: mark === DELETED };
}
