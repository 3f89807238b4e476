import { randomUUID } from 'node:crypto';
import { type DocumentStore, type Logger, SILENT, type Store } from '@freezer/core';
import { ClientSightings } from './alerts/client-sightings.ts';
import type { AlertLimits, ApiDeps, RunLimits, Trusts } from './api-deps.ts';
import { SignsOfLife } from './clients/signs-of-life.ts';
import type { Item } from './documents/item.ts';
import { type IdSpace, OwnIds } from './documents/own-ids.ts';
import { TotalCounts } from './lists/total-counts.ts';
import type { Policy } from './policy/policy.ts';

/** What handlers work with. */
export interface ApiContext {
  readonly store: Store;
  readonly clients: DocumentStore<Item>;
  readonly jobs: DocumentStore<Item>;
  readonly actions: DocumentStore<Item>;
  readonly sessions: DocumentStore<Item>;
  readonly backups: DocumentStore<Item>;
  readonly runs: DocumentStore<Item>;
  readonly leases: DocumentStore<Item>;
  readonly policy: Policy;
  readonly trusts: Trusts | undefined;
  readonly enforceTrusts: boolean;
  readonly logger: Logger;
  readonly maxBodyBytes: number;
  readonly runLimits: RunLimits;
  readonly alertLimits: AlertLimits;
  readonly totals: TotalCounts;
  readonly sightings: ClientSightings;
  readonly signsOfLife: SignsOfLife;
  readonly newId: () => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Epoch seconds, whole. */
  readonly seconds: () => number;
  /** Since when requests are heard, in epoch seconds. */
  readonly startedAt: number;
}

const MAX_BODY_BYTES = 8 * 1_048_576;
const RUNS: RunLimits = { keepDays: 90, keepCount: 200 };
const ALERTS: AlertLimits = { overdueAfter: 3600, stuckAfter: 86_400, silentAfter: 3600, oldAfter: 86_400 };

export function apiContext(deps: ApiDeps): ApiContext {
  const { store, policy, trusts, now = Date.now, newId = () => randomUUID().replaceAll('-', ''), logger = SILENT } = deps;
  const seconds = (): number => Math.floor(now() / 1000);
  const leases = store.documents<Item>('leases');
  return {
    store,
    clients: store.documents('clients'),
    ...ownDocuments(store, 'projectId'),
    backups: store.documents('backups'),
    runs: store.documents('runs'),
    leases,
    policy,
    trusts,
    enforceTrusts: deps.enforceTrusts ?? false,
    logger,
    maxBodyBytes: deps.maxBodyBytes ?? MAX_BODY_BYTES,
    runLimits: { ...RUNS, ...deps.runs },
    alertLimits: { ...ALERTS, ...deps.alerts },
    totals: new TotalCounts(),
    sightings: new ClientSightings({ leases, seconds, logger }),
    signsOfLife: new SignsOfLife(seconds),
    newId,
    now,
    seconds,
    startedAt: seconds(),
  };
}

/** The documents whose ids callers may choose. */
function ownDocuments(store: Store, space: IdSpace): Pick<ApiContext, 'jobs' | 'actions' | 'sessions'> {
  const own = (kind: 'jobs' | 'actions' | 'sessions'): DocumentStore<Item> => new OwnIds<Item>(store.documents(kind), space);
  return { jobs: own('jobs'), actions: own('actions'), sessions: own('sessions') };
}

/** The same for version 1, where each user has ids of his own. */
export const contextOfUsers = (api: ApiContext): ApiContext => ({ ...api, ...ownDocuments(api.store, 'userId') });
