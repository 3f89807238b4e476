import { levelFolder, type SetId, setName } from '@freezer/core';
import { type CatalogLevel, committedLevels, type LevelReader, PIECE_BYTES, type SetCatalog } from '@freezer/format';
import type { ChainView, LevelView } from '../chain-view.ts';
import type { RollingUnit } from './rolling-plan.ts';

/** How much is read of a level. */
export type VerifyDepth = 'manifests' | 'bytes' | 'restore';

/** A set that is verified. */
export interface VerifySet {
  readonly id: SetId;
  readonly catalog: SetCatalog;
  readonly reader: LevelReader;
  readonly views: readonly ChainView[];
}

/** A range of pieces of the data of a level. */
export interface DataPart {
  /** The number of its first piece. */
  readonly firstPiece: number;
  /** In bytes of the data. */
  readonly offset: number;
  readonly length: number;
  readonly isLast: boolean;
}

/** What is read as a whole, and counts as read when all of it was sound. */
export interface VerifyUnit extends RollingUnit {
  readonly set: VerifySet;
  readonly level: CatalogLevel;
  /** Undefined: the whole level. The small objects go with the first part. */
  readonly part: DataPart | undefined;
  /** What has to be read for it, as far as a listing tells. */
  readonly bytes: number;
}

export interface UnitsRequest {
  readonly depth: VerifyDepth;
  /** Epoch seconds: only levels at or before it. */
  readonly at: number | undefined;
  /** Bytes of data from which on a level is cut into parts; undefined where a storage cannot read from the middle. A multiple of the size of a piece. */
  readonly partBytes: number | undefined;
}

/** So much data is read at once; a larger level is read in parts. 1 GiB. */
export const PART_BYTES = 256 * PIECE_BYTES;

/** Every unit of a set, by chain, level and offset. */
export function unitsOf(set: VerifySet, request: UnitsRequest): readonly VerifyUnit[] {
  const views = new Map<CatalogLevel, LevelView>(set.views.flatMap(({ levels }) => levels.map((view) => [view.level, view] as const)));
  const levels = set.catalog.chains.flatMap(committedLevels).filter(({ id }) => id.t <= (request.at ?? Number.POSITIVE_INFINITY));
  return levels.flatMap((level) => unitsOfLevel(set, level, views.get(level), request));
}

function unitsOfLevel(set: VerifySet, level: CatalogLevel, view: LevelView | undefined, { depth, partBytes }: UnitsRequest): readonly VerifyUnit[] {
  const key = `${set.id.engine}/${setName(set.id)}/${level.id.t0}/${levelFolder(level.id)}`;
  const whole = { key, t: level.id.t, set, level, part: undefined };
  if (depth === 'manifests')
    return [{ ...whole, bytes: sizeOf(level, ({ length }, name) => length === 1 && ['manifest', 'metadata', 'superseded'].includes(name)) }];
  const dataBytes = sizeOf(level, ([first]) => first === 'data' || first === 'segments');
  const smallBytes = sizeOf(level, ([first]) => first !== 'data' && first !== 'segments');
  const size = view?.damage === undefined ? view?.manifest?.document.objects.data.size : undefined;
  if (depth === 'restore' || partBytes === undefined || size === undefined || size <= partBytes) return [{ ...whole, bytes: dataBytes + smallBytes }];
  return Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => {
    const offset = index * partBytes;
    const length = Math.min(partBytes, size - offset);
    const part = { firstPiece: offset / PIECE_BYTES, offset, length, isLast: offset + length === size };
    return { ...whole, key: `${key}#${index}`, part, bytes: length + (index === 0 ? smallBytes : 0) };
  });
}

function sizeOf({ objects }: CatalogLevel, counts: (parts: readonly string[], name: string) => boolean): number {
  let sum = 0;
  for (const [name, { size }] of objects) if (counts(name.split('/'), name)) sum += size;
  return sum;
}
