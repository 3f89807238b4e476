import { type CallOptions, collect, FreezerError, type LevelId, type Logger, levelFolder, objectKey, once, type Storage } from '@freezer/core';
import type { CatalogLevel, SetCatalog } from './catalog.ts';

/** That a level is never to be removed. Its object `pinned` says it by being there, whatever it holds. */
export interface Pin {
  /** Epoch seconds; undefined when the object does not say. */
  readonly at: number | undefined;
  /** Who pinned it, for people; may be ''. */
  readonly host: string;
  /** Why, for people; may be ''. */
  readonly reason: string;
}

const PIN_MAX_BYTES = 65_536;
const UNKNOWN: Pin = { at: undefined, host: '', reason: '' };
/** What cannot be read says no less that the level is pinned. */
const UNREADABLE = ['not_found', 'too_large', 'permission_denied'] as const;

/** Whether a level must not be removed. */
export const isPinned = ({ objects }: Pick<CatalogLevel, 'objects'>): boolean => objects.has('pinned');

type SetKey = Pick<SetCatalog, 'engine' | 'set'>;

const keyOf = ({ engine, set }: SetKey, id: LevelId): string => objectKey(engine, set, id, 'pinned');

/** Pins a level, or writes its pin anew. The lock of the set must be held. */
export async function writePin(storage: Storage, set: SetKey, id: LevelId, pin: Pin, options: CallOptions = {}): Promise<void> {
  await storage.put(keyOf(set, id), once(Buffer.from(`${JSON.stringify({ at: pin.at, host: pin.host, reason: pin.reason })}\n`, 'utf8')), options);
}

/** Takes the pin of a level away. Absent is fine. The lock of the set must be held. */
export async function removePin(storage: Storage, set: SetKey, id: LevelId, options: CallOptions = {}): Promise<void> {
  await storage.remove(keyOf(set, id), options);
}

/** The pin of a level; undefined when it has none. One that is cut off or is somebody else's is a pin without time and reason. */
export async function readPin(storage: Storage, set: SetKey, level: Pick<CatalogLevel, 'id' | 'objects'>, options: CallOptions = {}): Promise<Pin | undefined> {
  if (!isPinned(level)) return undefined;
  try {
    return parsePin(await collect(storage.get(keyOf(set, level.id), options), { ...options, maxBytes: PIN_MAX_BYTES }));
  } catch (error) {
    if (UNREADABLE.some((code) => FreezerError.is(error, code))) return UNKNOWN;
    throw error;
  }
}

function parsePin(bytes: Uint8Array): Pin {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return UNKNOWN;
  }
  if (typeof value !== 'object' || value === null) return UNKNOWN;
  return {
    at: 'at' in value && typeof value.at === 'number' && Number.isFinite(value.at) ? value.at : undefined,
    host: 'host' in value && typeof value.host === 'string' ? value.host : '',
    reason: 'reason' in value && typeof value.reason === 'string' ? value.reason : '',
  };
}

/** Fails with `conflict` when one of the levels that are about to go is pinned. */
export function refusePinned(levels: readonly CatalogLevel[], set: string): void {
  const pinned = levels.find(isPinned);
  if (pinned) throw new FreezerError('conflict', `remove ${levelFolder(pinned.id)} of chain ${pinned.id.t0} of set ${set}: it is pinned; unpin it first`);
}

/** Says that what a dead run left stays, because it is pinned or a pinned level may need it. */
export function reportSpared(logger: Logger, set: string, { id }: Pick<CatalogLevel, 'id'>): void {
  logger.warn({ set, chain: id.t0, level: levelFolder(id) }, 'what a dead run left stays as it is: it is pinned, or a pinned level may need it');
}
