import { FreezerError, formatUtc, resolvePoint, setName } from '@freezer/core';
import { type CatalogLevel, judgeTrust, LevelReader, type OpenedLevel, readCatalog, type SetCatalog } from '@freezer/format';
import { type ChainView, viewChains, warnOfDamage } from '../chain-view.ts';
import { warnOfLoss } from '../loss-warning.ts';
import type { RunContext } from '../run-context.ts';
import type { RestoreRequest } from './restore-request.ts';

/** A restore point whose manifests were read and believed, level 0 first. */
export interface ChosenPoint {
  readonly catalog: SetCatalog;
  readonly reader: LevelReader;
  readonly levels: readonly OpenedLevel[];
}

/** Finds the point and checks every object of it but the data. Fails before anything is written: `not_found`, `corrupt`, `unauthenticated`. */
export async function choosePoint(context: RunContext, request: Pick<RestoreRequest, 'set' | 'at' | 'trust'>): Promise<ChosenPoint> {
  const { storage, signal, logger } = context;
  const set = setName(request.set);
  const catalog = await readCatalog(storage, request.set.engine, set, { signal });
  const reader = new LevelReader({ storage, catalog, keyring: context.keyring, passphrases: context.passphrases, logger });
  const views = await viewChains(reader, catalog, { signal });
  if (views.length === 0)
    throw new FreezerError('not_found', `No matching backup name "${set}" found: ${storage.label} holds no such set of engine ${request.set.engine}`);
  warnOfDamage(views, set, logger);
  await warnOfLoss(context, catalog, reader);
  const point = resolvePoint(views, { set, at: request.at });
  const levels: OpenedLevel[] = [];
  for (const { id } of point.levels) levels.push(await reader.open(levelOf(views, id), { signal }));
  const chain = views.find(({ t0 }) => t0 === point.id.t0);
  const chainIsAuthenticated = chain?.levels.some(({ manifest }) => manifest?.vouching === 'hmac-sha256') ?? false;
  for (const warning of judgeTrust(set, levels, chainIsAuthenticated, request.trust)) logger.warn({ set }, warning);
  for (const opened of levels) await reader.check(opened, { signal });
  logger.info({ set, chain: point.id.t0, level: point.id.level, time: formatUtc(point.id.t) }, 'restore point chosen');
  return { catalog, reader, levels };
}

function levelOf(views: readonly ChainView[], id: CatalogLevel['id']): CatalogLevel {
  for (const view of views) {
    for (const level of view.levels) if (level.id === id || (level.id.t0 === id.t0 && level.id.level === id.level && level.id.t === id.t)) return level.level;
  }
  throw new TypeError('choosePoint: a point holds a level that is in no chain');
}
