import { FreezerError, type LevelId, levelFolder, type SetId, setName } from '@freezer/core';
import { type CatalogLevel, describeLevel, isPinned, type Pin, readCatalog, readPin, removePin, type SetCatalog, writePin } from '@freezer/format';
import { holdSet } from '../hold-set.ts';
import { findPoint, openSet, type PointQuestion } from '../restore/choose-point.ts';
import type { RunContext } from '../run-context.ts';

/** Which point is meant, and how to go about it. */
export interface PinRequest extends PointQuestion {
  readonly set: SetId;
  /** For people; may be ''. */
  readonly reason: string;
  readonly waitSeconds: number;
  readonly dryRun: boolean;
}

/** What was pinned, or unpinned. */
export interface PinOutcome {
  readonly set: string;
  readonly id: LevelId;
  /** The pin that is there now, or was there before it was taken away. */
  readonly pin: Pin;
  /** Of `pin`: whether the point was pinned before, and only has another reason now. */
  readonly wasPinned: boolean;
  /** What stays because of it, level 0 first. */
  readonly levels: readonly LevelId[];
}

/** Pins a point. Fails as the choice of a point does, and with `conflict` when another run holds the set. */
export async function runPin(context: RunContext, request: PinRequest): Promise<PinOutcome> {
  const { storage, signal, now, owner } = context;
  await using lock = await holdSet(context, request);
  const opened = await openSet(context, request.set);
  const point = findPoint(opened, request);
  const level = opened.views.flatMap(({ levels }) => levels).find(({ id }) => id === point.id);
  if (level?.damage) context.logger.warn({ set: setName(request.set), level: describeLevel(point.id) }, 'the point is damaged; it is pinned all the same');
  const wasPinned = level !== undefined && isPinned(level.level);
  const pin: Pin = { at: Math.floor(now()), host: owner.host, reason: request.reason };
  await lock?.check();
  await writePin(storage, opened.catalog, point.id, pin, { signal });
  return { set: setName(request.set), id: point.id, pin, wasPinned, levels: point.levels.map(({ id }) => id) };
}

/** Takes a pin away; removes nothing else. Fails with `not_found` when the point is not pinned. */
export async function runUnpin(context: RunContext, request: PinRequest): Promise<PinOutcome> {
  const { storage, signal } = context;
  const set = setName(request.set);
  await using lock = await holdSet(context, request);
  const catalog = await readCatalog(storage, request.set.engine, set, { signal });
  const level = await pinnedLevel(context, catalog, request);
  const pin = await readPin(storage, catalog, level, { signal });
  if (pin === undefined) throw new FreezerError('not_found', `unpin: ${describeLevel(level.id)} of set ${set} is not pinned; ${pinsOf(catalog)}`);
  await lock?.check();
  await removePin(storage, catalog, level.id, { signal });
  return { set, id: level.id, pin, wasPinned: true, levels: [level.id] };
}

/** The level that is meant. A pinned one that is no backup any more is found by its name all the same. */
async function pinnedLevel(context: RunContext, catalog: SetCatalog, request: PinRequest): Promise<Pick<CatalogLevel, 'id' | 'objects'>> {
  const levels = catalog.chains.flatMap((chain) => chain.levels);
  const named = levels.filter(({ id }) => [levelFolder(id), String(id.t)].includes(request.name ?? ''));
  const [only, other] = named.filter(isPinned);
  if (only && !other) return only;
  const { id } = findPoint(await openSet(context, request.set), request);
  return levels.find((level) => level.id.t0 === id.t0 && level.id.level === id.level && level.id.t === id.t) ?? { id, objects: new Map() };
}

function pinsOf({ chains }: SetCatalog): string {
  const pinned = chains.flatMap(({ levels }) => levels.filter(isPinned).map(({ id }) => levelFolder(id)));
  if (pinned.length === 0) return 'nothing in this set is';
  const shown = pinned.slice(0, 5).join(', ');
  return `pinned ${pinned.length === 1 ? 'is' : 'are'} ${shown}${pinned.length > 5 ? ` and ${pinned.length - 5} more` : ''}`;
}
