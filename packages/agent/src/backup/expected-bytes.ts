import { committedLevels, type SetCatalog } from '@freezer/format';
import { dataBytes } from '../data-bytes.ts';

/** Bytes of `data` that a level will have if it is like the newest of its kind, full or increment; undefined when the set has none yet. */
export function expectedBytes({ chains }: Pick<SetCatalog, 'chains'>, level: number): number | undefined {
  const alike = chains.flatMap(committedLevels).filter(({ id }) => (id.level === 0) === (level === 0));
  const newest = alike.toSorted((a, b) => a.id.t - b.id.t).at(-1);
  return newest && dataBytes([newest]);
}
