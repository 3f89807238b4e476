import type { SetId } from '@freezer/core';
import type { RunContext } from '../run-context.ts';
import { archiveHistory } from './archive-history.ts';
import type { ChosenPoint } from './choose-point.ts';
import { indexHistory } from './index-history.ts';
import type { PointHistory } from './point-history.ts';

/** From the indexes where every level has one; else by reading each archive once. */
export async function openHistory(context: RunContext, set: SetId, point: ChosenPoint): Promise<PointHistory> {
  const isIndexed = point.levels.every(({ manifest }) => manifest !== undefined);
  return isIndexed ? indexHistory(context, set, point) : archiveHistory(context, set, point);
}
