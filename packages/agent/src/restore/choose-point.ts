import { FreezerError, formatUtc, levelFolder, type Point, parseDate, pointsOf, resolvePoint, type SetId, setName } from '@freezer/core';
import { type CatalogLevel, judgeTrust, LevelReader, type OpenedLevel, readCatalog, type SetCatalog, type TrustPolicy } from '@freezer/format';
import { type ChainView, viewChains, warnOfDamage } from '../chain-view.ts';
import { warnOfLoss } from '../loss-warning.ts';
import type { RunContext } from '../run-context.ts';
import { otherOwner } from '../set-ownership.ts';

/** A restore point whose manifests were read and believed, level 0 first. */
export interface ChosenPoint {
  readonly catalog: SetCatalog;
  readonly reader: LevelReader;
  readonly levels: readonly OpenedLevel[];
}

/** A set whose manifests were read, and not yet believed. */
export interface OpenedSet {
  readonly set: SetId;
  readonly catalog: SetCatalog;
  readonly reader: LevelReader;
  readonly views: readonly ChainView[];
}

/** Which point is meant. Neither of the two: the newest. */
export interface PointQuestion {
  /** Epoch seconds: the newest point at or before it. */
  readonly at?: number | undefined;
  /** `<level>_<T>`, `<T>`, or a date as for `at`. */
  readonly name?: string | undefined;
}

export interface PointRequest {
  readonly set: SetId;
  readonly at: number | undefined;
  readonly point?: string | undefined;
  readonly trust: TrustPolicy;
}

/** Finds the point and checks every object of it but the data. Fails before anything is written: `not_found`, `corrupt`, `unauthenticated`. */
export async function choosePoint(context: RunContext, request: PointRequest): Promise<ChosenPoint> {
  const opened = await openSet(context, request.set);
  const owner = otherOwner(opened.views, request.set);
  if (owner !== undefined) context.logger.warn({ set: setName(request.set) }, `the set belongs to ${owner}`);
  const point = findPoint(opened, { at: request.at, name: request.point });
  const chosen = await openPointLevels(context, opened, point, request.trust);
  context.logger.info({ set: setName(request.set), chain: point.id.t0, level: point.id.level, time: formatUtc(point.id.t) }, 'restore point chosen');
  return chosen;
}

/** Reads what there is of a set. Fails with `not_found`. */
export async function openSet(context: RunContext, id: SetId): Promise<OpenedSet> {
  const { storage, signal, logger } = context;
  const set = setName(id);
  const catalog = await readCatalog(storage, id.engine, set, { signal });
  const reader = new LevelReader({ storage, catalog, keyring: context.keyring, passphrases: context.passphrases, logger });
  const views = await viewChains(reader, catalog, { signal });
  if (views.length === 0)
    throw new FreezerError('not_found', `No matching backup name "${set}" found: ${storage.label} holds no such set of engine ${id.engine}`);
  warnOfDamage(views, set, logger);
  await warnOfLoss(context, catalog, reader);
  return { set: id, catalog, reader, views };
}

/** Fails with `not_found`, `corrupt` (a level below it is missing) or `invalid` (what was asked for is no point and no date). */
export function findPoint({ set, views }: OpenedSet, { at, name }: PointQuestion): Point {
  const named = name === undefined ? undefined : /^(?:(\d{1,9})_)?(\d{9,15})$/.exec(name);
  if (name === undefined || !named) return resolvePoint(views, { set: setName(set), at: name === undefined ? at : dateOf(name) });
  const [, level, t] = named;
  const found = pointsOf(views).filter(({ id }) => id.t === Number(t) && (level === undefined || id.level === Number(level)));
  const [point, other] = found;
  if (point === undefined) throw new FreezerError('not_found', `--point: set ${setName(set)} has no point ${name} that can be restored; list shows them`);
  if (other) throw new FreezerError('invalid', `--point: ${name} may be ${found.map(({ id }) => levelFolder(id)).join(' or ')}`);
  return point;
}

function dateOf(text: string): number {
  try {
    return parseDate(text).at;
  } catch (error) {
    const allowed = 'allowed: LEVEL_TIME as list shows it, its TIME alone, or YYYY-MM-DDThh:mm:ss';
    throw new FreezerError('invalid', `--point: '${text}' is neither a point nor a date; ${allowed}`, { cause: error });
  }
}

/** Opens and checks the levels of a point, but not their data. */
export async function openPointLevels(context: RunContext, opened: OpenedSet, point: Point, trust: TrustPolicy): Promise<ChosenPoint> {
  const { signal, logger } = context;
  const { catalog, reader, views } = opened;
  const set = setName(opened.set);
  const levels: OpenedLevel[] = [];
  for (const { id } of point.levels) levels.push(await reader.open(levelOf(views, id), { signal }));
  const chain = views.find(({ t0 }) => t0 === point.id.t0);
  const chainIsAuthenticated = chain?.levels.some(({ manifest }) => manifest?.vouching === 'hmac-sha256') ?? false;
  for (const warning of judgeTrust(set, levels, chainIsAuthenticated, trust)) logger.warn({ set }, warning);
  if (context.passphrases.length > 0 && levels.every(({ manifest, metadata }) => manifest?.vouching !== 'hmac-sha256' && metadata.encryption !== true)) {
    const isMixed = views.some((view) => view.levels.some(({ manifest }) => manifest?.vouching === 'hmac-sha256'));
    logger.warn(
      { set },
      `a pass file was given, but this point is not encrypted${isMixed ? ', though other chains of the set are: was it put there by somebody else?' : ''}`,
    );
  }
  for (const level of levels) await reader.check(level, { signal });
  return { catalog, reader, levels };
}

function levelOf(views: readonly ChainView[], id: CatalogLevel['id']): CatalogLevel {
  for (const view of views) {
    for (const level of view.levels) if (level.id === id || (level.id.t0 === id.t0 && level.id.level === id.level && level.id.t === id.t)) return level.level;
  }
  throw new TypeError('choosePoint: a point holds a level that is in no chain');
}
