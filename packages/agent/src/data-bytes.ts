import type { CatalogLevel } from '@freezer/format';

/** Bytes of `data` that these levels have on the storage. */
export const dataBytes = (levels: readonly CatalogLevel[]): number => levels.reduce((sum, { objects }) => sum + (objects.get('data')?.size ?? 0), 0);
