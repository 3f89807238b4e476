import { FreezerError } from './errors.ts';
import type { StorageKey } from './storage.ts';

/** Identifies a set: all chains of one host and name made by one engine. */
export interface SetId {
  readonly engine: string;
  readonly host: string;
  readonly name: string;
}

/** Identifies a level. Times are whole seconds since the Unix epoch; `t0` is that of the full, equal to `t` for level 0. */
export interface LevelId {
  readonly t0: number;
  readonly level: number;
  readonly t: number;
}

/** Names of the objects of a level. The first three are Freezer's own, the others ours (DECISIONS 3.2). */
export type ObjectName = 'data' | 'engine_metadata' | 'metadata' | 'started' | 'removing' | 'superseded' | 'state' | 'pieces' | 'index' | 'manifest' | 'pinned';

/** `<host>_<name>`, unescaped, as Freezer writes it. A `/` in it makes folders. */
export const setName = (set: { readonly host: string; readonly name: string }): string => `${set.host}_${set.name}`;

/** `data/<engine>/<set>` and `metadata/<engine>/<set>`. */
export const dataPrefix = (engine: string, set: string): StorageKey => `data/${engine}/${set}`;
export const metadataPrefix = (engine: string, set: string): StorageKey => `metadata/${engine}/${set}`;

/** `locks/<engine>/<set>/lock`. */
export const lockKey = (engine: string, set: string): StorageKey => `locks/${engine}/${set}/lock`;

/** `<level>_<T>`, as in `1_1795243884`. */
export const levelFolder = (id: { readonly level: number; readonly t: number }): string => `${id.level}_${id.t}`;

const FOLDER = /^(\d{1,9})_(\d{1,15})$/;

/** Undefined for a name that is not ours: such names are ignored, never an error. */
export function parseLevelFolder(name: string): { level: number; t: number } | undefined {
  const match = FOLDER.exec(name);
  return match ? { level: Number(match[1]), t: Number(match[2]) } : undefined;
}

/** Undefined for a name that is no chain folder. */
export const parseChainFolder = (name: string): number | undefined => (/^\d{1,15}$/.test(name) ? Number(name) : undefined);

/** The key of an object of a level: `metadata` lies below `metadata/`, everything else below `data/`. */
export function objectKey(engine: string, set: string, id: LevelId, name: ObjectName): StorageKey {
  const root = name === 'metadata' ? metadataPrefix(engine, set) : dataPrefix(engine, set);
  return `${root}/${id.t0}/${levelFolder(id)}/${name}`;
}

/** Fails with `invalid` when a host or backup name cannot be a part of a key. `what` is the option to name. */
export function checkNamePart(what: string, value: string): void {
  if (value === '') throw new FreezerError('invalid', `${what}: must not be empty`);
  if (/[\0\n\r]/.test(value)) throw new FreezerError('invalid', `${what}: must not hold a line end or a NUL byte`);
  if (value.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new FreezerError('invalid', `${what}: '${value}' must not begin or end with '/', nor hold an empty, '.' or '..' part`);
  }
}

/**
 * Fails with `invalid` for a set that would lie where another has its levels, and be removed as one of them: 'a/5/6_7' and 'a'. Sets of such names
 * that exist can be read.
 */
export function checkNewSet(set: SetId): void {
  const name = setName(set);
  const [, other] = /^(.+?)\/\d{1,15}\/\d{1,9}_\d{1,15}(?:\/|$)/.exec(name) ?? [];
  if (other !== undefined) throw new FreezerError('invalid', `--hostname, --backup-name: '${name}' must not look like a backup of '${other}'`);
}
