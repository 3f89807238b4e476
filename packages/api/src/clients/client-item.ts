import { createHash } from 'node:crypto';
import type { DocumentScope, Stored } from '@freezer/core';
import { ALL_CAPABILITIES } from '@freezer/models';
import type { ApiContext } from '../api-context.ts';
import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';
import type { Exchange } from '../http/exchange.ts';

/** What a client may say of itself; other keys are not kept. */
export const CLIENT_KEYS = [
  'hostname',
  'description',
  'supported_actions',
  'supported_modes',
  'supported_storages',
  'supported_engines',
  'is_central',
  'version',
  'os',
  'arch',
  'timezone',
  'started_at',
] as const;

const LONGEST_ID = 200;

/** Central clients are everybody's. */
export const sharedScope = (scope: DocumentScope): DocumentScope => ({ ...scope, shared: { key: 'is_central', value: true } });

/** Under which id a client is stored, so that of two registrations at the same time one wins. */
export function clientKey(owner: string, clientId: string): string {
  const key = `${owner}/${clientId}`;
  return key.length <= LONGEST_ID ? key : createHash('sha256').update(key).digest('hex');
}

export const recordOf = ({ document }: Stored<Item>): Item => (isObject(document['client']) ? document['client'] : {});

/** The client of that id which the caller sees: his own before a central one of somebody else. */
export async function findClient(api: ApiContext, scope: DocumentScope, clientId: string): Promise<Stored<Item> | undefined> {
  if (scope.projectId !== undefined) {
    const own = await api.clients.get(clientKey(scope.projectId, clientId), scope);
    if (own) return own;
  }
  const [first] = await api.clients.search({ scope, match: [{ key: 'client.client_id', value: clientId }], limit: 1, offset: 0 });
  if (first || scope.projectId === undefined) return first;
  const central = [
    { key: 'client.client_id', value: clientId },
    { key: 'client.is_central', value: true },
  ];
  return (await api.clients.search({ scope: {}, match: central, limit: 1, offset: 0 }))[0];
}

/** A client in an answer: in version 2 with all its capabilities, in version 1 with what there was. */
export function shownClient({ isV1 }: Exchange, stored: Stored<Item>): Item {
  const { project_id: project, user_id: user } = stored.document;
  const { uuid, hostname, client_id: id, description, is_central: isCentral, ...capabilities } = recordOf(stored);
  if (isV1) return { project_id: null, user_id: user, client: { uuid, hostname, client_id: id, description } };
  return {
    project_id: project,
    user_id: user,
    client: { uuid, hostname, client_id: id, is_central: isCentral, description, ...ALL_CAPABILITIES, ...capabilities },
  };
}
