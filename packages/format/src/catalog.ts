import {
  type CallOptions,
  dataPrefix,
  type LevelId,
  levelFolder,
  metadataPrefix,
  type ObjectInfo,
  objectKey,
  parseChainFolder,
  parseLevelFolder,
  type Storage,
  type StorageKey,
} from '@freezer/core';

/** Everything that a storage holds of one level. */
export interface CatalogLevel {
  readonly id: LevelId;
  /** By name; `metadata` is the one below `metadata/`, the others lie below `data/`. Swift's segments are there as `segments/…`. */
  readonly objects: ReadonlyMap<string, ObjectInfo>;
  /** Whether it counts as a backup: `metadata` or `superseded` is there, and no removal of it is under way. */
  readonly committed: boolean;
  /** Committed, and no longer seen by Python Freezer. */
  readonly superseded: boolean;
}

/** A full and what stands on it. */
export interface CatalogChain {
  readonly t0: number;
  /** By level, then by time. */
  readonly levels: readonly CatalogLevel[];
}

/** What lies on a storage of one set. */
export interface SetCatalog {
  readonly engine: string;
  /** `<host>_<name>`. */
  readonly set: string;
  /** By T0. */
  readonly chains: readonly CatalogChain[];
  /** Keys below the set's folders that are no part of any level: reported, never touched. */
  readonly strangers: readonly StorageKey[];
}

interface LevelDraft {
  readonly id: LevelId;
  readonly objects: Map<string, ObjectInfo>;
}

class CatalogDraft {
  readonly chains = new Map<number, Map<string, LevelDraft>>();
  readonly strangers: StorageKey[] = [];

  /** Takes in one object that lies `rest` below the set's folder. */
  add(info: ObjectInfo, rest: string, isMetadata: boolean): void {
    const [chain = '', folder = '', ...name] = rest.split('/');
    const t0 = parseChainFolder(chain);
    const level = parseLevelFolder(folder);
    const objectName = name.join('/');
    if (t0 === undefined || level === undefined || objectName === '' || isMetadata !== (objectName === 'metadata')) {
      this.strangers.push(info.key);
      return;
    }
    this.#level(t0, folder, { t0, ...level }).objects.set(objectName, info);
  }

  #level(t0: number, folder: string, id: LevelId): LevelDraft {
    let levels = this.chains.get(t0);
    if (levels === undefined) this.chains.set(t0, (levels = new Map()));
    let level = levels.get(folder);
    if (level === undefined) levels.set(folder, (level = { id, objects: new Map() }));
    return level;
  }
}

function finish({ id, objects }: LevelDraft): CatalogLevel {
  const visible = objects.has('metadata');
  const removalBegun = objects.has('removing') && !visible && !objects.has('superseded');
  const committed = (visible || objects.has('superseded')) && !removalBegun;
  return { id, objects, committed, superseded: committed && !visible };
}

const byLevelThenTime = (a: CatalogLevel, b: CatalogLevel): number => a.id.level - b.id.level || a.id.t - b.id.t;

/** Reads what there is of a set. Foreign names are reported, and disturb nothing. A set that is absent has no chains. */
export async function readCatalog(storage: Storage, engine: string, set: string, options: CallOptions = {}): Promise<SetCatalog> {
  const draft = new CatalogDraft();
  for (const [prefix, isMetadata] of [
    [metadataPrefix(engine, set), true],
    [dataPrefix(engine, set), false],
  ] as const) {
    for await (const info of storage.list(prefix, options)) draft.add(info, info.key.slice(prefix.length + 1), isMetadata);
  }
  const chains = [...draft.chains].map(([t0, levels]) => ({ t0, levels: [...levels.values()].map(finish).toSorted(byLevelThenTime) }));
  return { engine, set, chains: chains.toSorted((a, b) => a.t0 - b.t0), strangers: draft.strangers };
}

/** A set that a storage holds. */
export interface SetName {
  readonly engine: string;
  readonly set: string;
}

const METADATA_KEY = /^metadata\/([^/]+)\/(.+)\/\d{1,15}\/\d{1,9}_\d{1,15}\/metadata$/;
const DATA_KEY = /^data\/([^/]+)\/(.+?)\/\d{1,15}\/\d{1,9}_\d{1,15}\/.+$/;

/** Every set that has at least one level which Python Freezer sees too, by engine and name. */
export const listSets = (storage: Storage, options: CallOptions = {}): Promise<readonly SetName[]> => namesIn(storage, 'metadata', METADATA_KEY, options);

/** Every set that has any data, also one of which no level was ever finished. Reads the names of all objects. */
export const listDataSets = (storage: Storage, options: CallOptions = {}): Promise<readonly SetName[]> => namesIn(storage, 'data', DATA_KEY, options);

async function namesIn(storage: Storage, prefix: StorageKey, pattern: RegExp, options: CallOptions): Promise<readonly SetName[]> {
  const found = new Map<string, SetName>();
  for await (const { key } of storage.list(prefix, options)) {
    const match = pattern.exec(key);
    if (match) found.set(`${match[1]}/${match[2]}`, { engine: match[1] ?? '', set: match[2] ?? '' });
  }
  return [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
}

/** The levels that are backups. */
export const committedLevels = (chain: CatalogChain): readonly CatalogLevel[] => chain.levels.filter((level) => level.committed);

/** Levels with data of which nobody says that it is unfinished: a Python run at work, or what one left. */
export const unclaimedLevels = (chain: CatalogChain): readonly CatalogLevel[] =>
  chain.levels.filter((level) => !level.committed && !level.objects.has('started') && !level.objects.has('removing'));

/** Where the document `metadata` of a committed level lies. */
export function metadataKeyOf(catalog: { readonly engine: string; readonly set: string }, level: CatalogLevel): StorageKey {
  return objectKey(catalog.engine, catalog.set, level.id, level.superseded ? 'superseded' : 'metadata');
}

/** For messages: `1_1795243884 of 1795243882`. */
export const describeLevel = (id: LevelId): string => `${levelFolder(id)} of chain ${id.t0}`;
