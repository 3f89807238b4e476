import type { CatalogLevel } from '@freezer/format';

const isData = (name: string): boolean => name === 'data' || name.startsWith('segments/');

/** Bytes of `data` that these levels have on the storage, also where it lies there in segments. */
export function dataBytes(levels: readonly CatalogLevel[]): number {
  let sum = 0;
  for (const { objects } of levels) for (const [name, { size }] of objects) if (isData(name)) sum += size;
  return sum;
}
