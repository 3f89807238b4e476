import { byAge, type CallOptions, type LevelId, levelFolder, pointsOf } from '@freezer/core';
import { LevelReader, listSets, type Pin, readCatalog, readPin, type SetName } from '@freezer/format';
import { type LevelView, viewChains } from './chain-view.ts';
import type { RunContext } from './run-context.ts';

/** A level of a set, as a listing shows it. */
export interface ListedPoint {
  readonly t0: number;
  readonly level: number;
  readonly t: number;
  readonly superseded: boolean;
  /** Whether every level that it needs is there, none of them with `damage`, each the one that the next was made from. */
  readonly restorable: boolean;
  /** 'success' or 'partial'; undefined where Python made it. */
  readonly result: string | undefined;
  readonly encrypted: boolean | undefined;
  /** Of its `data` as stored. */
  readonly bytes: number | undefined;
  readonly entries: number | undefined;
  readonly source: string | undefined;
  /** That it is not to be removed. */
  readonly pin: Pin | undefined;
  /** What is wrong with its manifest, or with what a listing tells of its objects. */
  readonly damage: string | undefined;
}

export interface ListedSet extends SetName {
  readonly points: readonly ListedPoint[];
  /** Levels without metadata: runs at work, or what dead ones left. */
  readonly unfinished: readonly string[];
  /** Keys that belong to no level. */
  readonly strangers: readonly string[];
}

export interface ListRequest {
  /** Undefined: all. */
  readonly engine: string | undefined;
  /** `<host>_<name>`, or undefined: all. */
  readonly set: string | undefined;
  readonly host: string | undefined;
}

/** What lies on a storage, set by set. Reads manifests and believes them: listing needs no pass file. */
export async function* runList(context: RunContext, request: ListRequest): AsyncGenerator<ListedSet> {
  const { signal, storage } = context;
  for (const name of await listSets(storage, { signal })) {
    if (request.set !== undefined && name.set !== request.set) continue;
    if (request.engine !== undefined && name.engine !== request.engine) continue;
    if (request.host !== undefined && !name.set.startsWith(`${request.host}_`)) continue;
    yield await listSet(context, name, { signal });
  }
}

async function listSet(context: RunContext, name: SetName, options: CallOptions): Promise<ListedSet> {
  const catalog = await readCatalog(context.storage, name.engine, name.set, options);
  const reader = new LevelReader({ storage: context.storage, catalog, keyring: context.keyring, passphrases: [], logger: context.logger });
  const views = await viewChains(reader, catalog, options);
  const whole = new Set(pointsOf(views).map(placeOf));
  const points: ListedPoint[] = [];
  for (const view of views.flatMap(({ levels }) => levels).toSorted(byAge)) {
    const pin = await readPin(context.storage, catalog, view.level, options);
    points.push({ ...listPoint(view, whole.has(placeOf(view)) && view.fault === undefined), pin });
  }
  const unfinished = catalog.chains.flatMap(({ levels }) => levels.filter(({ committed }) => !committed).map(({ id }) => `${id.t0}/${levelFolder(id)}`));
  return { ...name, points, unfinished, strangers: catalog.strangers };
}

const placeOf = ({ id }: { readonly id: LevelId }): string => `${id.t0}/${levelFolder(id)}`;

function listPoint({ id, superseded, level, manifest, damage }: LevelView, restorable: boolean): Omit<ListedPoint, 'pin'> {
  const document = manifest?.document;
  return {
    ...id,
    superseded,
    restorable,
    result: document?.result,
    encrypted: document && document.options.encryption !== null,
    bytes: level.objects.get('data')?.size,
    entries: document?.point?.entries,
    source: document?.source.path,
    damage: damage?.message,
  };
}
