import { readCatalog } from '@freezer/format';
import type { RunContext } from '../run-context.ts';
import type { VerifyUnit } from './verify-unit.ts';

/** Whether another run has removed the level since the set was listed, or is at it: then it is no damage that its objects are gone. */
export async function isRemovedMeanwhile({ storage, signal }: RunContext, { set, level }: VerifyUnit): Promise<boolean> {
  const now = await readCatalog(storage, set.catalog.engine, set.catalog.set, { signal });
  const found = now.chains.flatMap(({ levels }) => levels).find(({ id }) => id.t0 === level.id.t0 && id.level === level.id.level && id.t === level.id.t);
  // The data of a level that somebody deleted by hand goes without `removing`, and leaves what makes it visible.
  return found === undefined || (!found.committed && found.objects.has('removing'));
}
