import { type LevelId, levelFolder, type ObjectName, objectKey } from '@freezer/core';
import { SET, SET_NAME } from './documents.ts';
import type { SteppedStorage } from './stepped-storage.ts';

export const keyOf = (id: LevelId, name: ObjectName): string => objectKey(SET.engine, SET_NAME, id, name);

/** Objects of a level of Python Freezer, and those that ours adds; all below `data/`. */
export const PYTHON_OBJECTS = ['data', 'engine_metadata'] as const satisfies readonly ObjectName[];
export const OUR_OBJECTS = [...PYTHON_OBJECTS, 'pieces', 'index', 'manifest'] as const satisfies readonly ObjectName[];

/** Puts a finished level there: by `ours` or by Python; visible, `superseded`, or both. */
export function placeLevel(
  storage: SteppedStorage,
  id: LevelId,
  { by = 'ours', as = 'visible' }: { by?: 'ours' | 'python'; as?: 'visible' | 'superseded' | 'both' } = {},
): void {
  for (const name of by === 'ours' ? OUR_OBJECTS : PYTHON_OBJECTS) storage.keep(keyOf(id, name), `${name} of ${levelFolder(id)}`);
  if (as !== 'superseded') storage.keep(keyOf(id, 'metadata'), '{}');
  if (as !== 'visible') storage.keep(keyOf(id, 'superseded'), '{}');
}
