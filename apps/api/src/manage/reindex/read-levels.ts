import { displayPath, FreezerError, type Logger, messageOf } from '@freezer/core';
import {
  type CatalogLevel,
  ChainKeyring,
  committedLevels,
  LevelReader,
  listSets,
  type OpenedLevel,
  readCatalog,
  readIndex,
  type SetCatalog,
  type SetName,
  skippedOf,
} from '@freezer/format';
import { LISTED, type SkippedItem } from '@freezer/models';
import type { ReadStorage } from './open-storages.ts';
import { describePoint, type LevelFacts } from './record-of-level.ts';

/** As many levels are read at the same time. */
const AT_ONCE = 8;

/** `<host>_<name>` taken apart. */
export type SplitSet = (set: string) => { readonly host: string; readonly name: string };

export interface ReadRequest {
  readonly where: ReadStorage;
  readonly split: SplitSet;
  readonly wanted: (set: { readonly host: string; readonly name: string }) => boolean;
  readonly logger: Logger;
  /** A level that cannot be read is named in the log, and counted here. */
  readonly unreadable: () => void;
}

/** Python wrote no size down: what lies there is counted, a large object of Swift by its parts. */
function sizeOfData(level: CatalogLevel): number | undefined {
  const data = level.objects.get('data');
  if (data === undefined || data.size > 0) return data?.size;
  return [...level.objects].reduce((sum, [name, { size }]) => (name.startsWith('segments/') ? sum + size : sum), 0);
}

async function skippedIn(reader: LevelReader, opened: OpenedLevel): Promise<readonly SkippedItem[]> {
  const document = opened.manifest?.document;
  // Without its key an encrypted index says nothing.
  if (document === undefined || document.skipped === 0 || document.options.encryption !== null) return [];
  const items: SkippedItem[] = [];
  const index = readIndex(reader.raw(opened, 'index'));
  for await (const { path, reason, detail } of skippedOf(index.entries)) {
    items.push({ path: displayPath(path), reason, ...(detail !== undefined && { detail }) });
    if (items.length === LISTED) break;
  }
  await index.close();
  return items;
}

class SetReader {
  readonly #request: ReadRequest;
  readonly #catalog: SetCatalog;
  readonly #reader: LevelReader;

  constructor(request: ReadRequest, catalog: SetCatalog) {
    this.#request = request;
    this.#catalog = catalog;
    this.#reader = new LevelReader({ storage: request.where.storage, catalog, keyring: new ChainKeyring(), passphrases: [], logger: request.logger });
  }

  async read(level: CatalogLevel): Promise<LevelFacts | undefined> {
    const { where, split, logger, unreadable } = this.#request;
    const { engine, set } = this.#catalog;
    try {
      const opened = await this.#reader.openUnauthenticated(level);
      const document = opened.manifest?.document;
      if (!level.objects.has('data')) throw new FreezerError('corrupt', 'there is no data');
      return {
        ...(document ? { host: document.identity.host, name: document.identity.name } : split(set)),
        engine,
        id: level.id,
        manifest: document,
        metadata: opened.metadata,
        storedBytes: document?.objects.data.size ?? sizeOfData(level),
        skipped: await skippedIn(this.#reader, opened),
        where,
      };
    } catch (error) {
      if (!FreezerError.is(error)) throw error;
      // What the storage cannot say now is no word about the level.
      if (error.retryable) throw error;
      logger.warn({ point: describePoint({ ...split(set), id: level.id }), reason: messageOf(error) }, 'a level cannot be read and is left out');
      unreadable();
      return undefined;
    }
  }
}

/** A manifest knows where the host ends and the name begins; what holds for one level holds for its set. One that cannot be read says nothing. */
async function splitOf(request: ReadRequest, catalog: SetCatalog): Promise<SplitSet> {
  const { storage } = request.where;
  const reader = new LevelReader({ storage, catalog, keyring: new ChainKeyring(), passphrases: [], logger: request.logger });
  for (const level of catalog.chains.flatMap(committedLevels).filter(({ objects }) => objects.has('manifest'))) {
    try {
      const identity = (await reader.peek(level))?.document.identity;
      if (identity && `${identity.host}_${identity.name}` === catalog.set) return () => identity;
    } catch (error) {
      if (!FreezerError.is(error) || error.retryable) throw error;
    }
  }
  return request.split;
}

async function* levelsOfSet(request: ReadRequest, { engine, set }: SetName): AsyncGenerator<readonly LevelFacts[]> {
  const catalog = await readCatalog(request.where.storage, engine, set);
  const split = await splitOf(request, catalog);
  if (!request.wanted(split(set))) return;
  const reader = new SetReader({ ...request, split }, catalog);
  const levels = catalog.chains.flatMap(committedLevels);
  for (let from = 0; from < levels.length; from += AT_ONCE) {
    const read = await Promise.all(levels.slice(from, from + AT_ONCE).map((level) => reader.read(level)));
    yield read.flatMap((facts) => (facts ? [facts] : []));
  }
}

/** Every finished level of a storage, some at a time. Manifests are believed as they stand: no pass file is needed. */
export async function* readLevels(request: ReadRequest): AsyncGenerator<readonly LevelFacts[]> {
  for (const set of await listSets(request.where.storage)) yield* levelsOfSet(request, set);
}
