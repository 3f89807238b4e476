import { FreezerError, type Stored } from '@freezer/core';
import { ClientRequest } from '@freezer/models';
import { type Change, changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { isObject, merged } from '../documents/merge.ts';
import type { Answer } from '../http/answer.ts';
import type { Exchange } from '../http/exchange.ts';
import { alreadyExists, type Problem } from '../http/problem.ts';
import { validated } from '../http/validate.ts';
import { claimed } from './client-holder.ts';
import { CLIENT_KEYS, clientKey, recordOf } from './client-item.ts';

/** Of what a client says of itself, what is kept. */
export const keptOf = (record: Item): Item => Object.fromEntries(CLIENT_KEYS.flatMap((key) => (record[key] === undefined ? [] : [[key, record[key]]])));

/** POST of a client. In version 2 a client that registers again is updated; in version 1 it is told that it exists. */
export async function registerClient(exchange: Exchange): Promise<Answer> {
  const record = validated(ClientRequest, await exchange.filledObject());
  if (record.is_central === true) exchange.demand('clients:create_central');
  const { api } = exchange;
  const clientId = record.client_id;
  const answer = { status: 201, body: { client_id: clientId } };
  await refuseForeignIdentity(exchange, record);
  for (;;) {
    const known = await ownClient(exchange, clientId);
    if (known && exchange.isV1) throw alreadyExists(`Client already registered with ID ${clientId}`);
    if (known) {
      let refused = false;
      await changeDocument(api.clients, known.id, exchange.scope, (document) => {
        const next = registeredAgain(exchange, document, record);
        ({ refused } = next);
        return next;
      });
      if (refused) throw inUse(clientId);
      return answer;
    }
    await refuseTakenUuid(exchange, record);
    try {
      await api.clients.create(
        clientKey(exchange.isV1 ? `user/${exchange.caller.userId}` : exchange.projectId, clientId),
        newClient(exchange, record),
        exchange.owner,
      );
      return answer;
    } catch (error) {
      // Somebody else registered it at the same time: that is read, and updated.
      if (!FreezerError.is(error, 'already_exists') || !(await ownClient(exchange, clientId))) throw error;
    }
  }
}

async function ownClient({ api, scope }: Exchange, clientId: string): Promise<Stored<Item> | undefined> {
  if (scope.projectId !== undefined) {
    const stored = await api.clients.get(clientKey(scope.projectId, clientId), scope);
    if (stored) return stored;
  }
  return (await api.clients.search({ scope, match: [{ key: 'client.client_id', value: clientId }], limit: 1, offset: 0 }))[0];
}

function newClient({ api, owner }: Exchange, record: Item): Item {
  const { hostname = null, description = null, is_central: isCentral = false, ...capabilities } = keptOf(record);
  const uuid = typeof record['uuid'] === 'string' && record['uuid'] !== '' ? record['uuid'] : api.newId();
  const client = claimed({ uuid, hostname, client_id: record['client_id'], is_central: isCentral, description, ...capabilities }, record, api.seconds()).client;
  return { project_id: owner.projectId, user_id: owner.userId, client };
}

/** Another scheduler with the id of one that is alive leaves a note and changes nothing else. */
function registeredAgain({ api, owner }: Exchange, document: Item, record: Item): Change & { readonly refused: boolean } {
  const before = isObject(document['client']) ? document['client'] : {};
  const { client, refused } = claimed(before, record, api.seconds());
  if (refused) return { refused, document: { ...document, client } };
  return { refused, document: { ...document, user_id: owner.userId, client: merged(client, keptOf(record)) }, owner };
}

/** `already` stands in it: to old schedulers 409 means that they are registered. */
export const inUse = (clientId: string): Problem =>
  alreadyExists(`Client ${clientId} is already in use by another scheduler; give one of them another client id, or stop the other`);

/** A central client is one over all projects, by its id and host name. */
async function refuseForeignIdentity({ api, projectId }: Exchange, record: Item): Promise<void> {
  const { client_id: clientId, hostname = null, is_central: isCentral } = record;
  const match = [{ key: 'client.client_id', value: String(clientId) }, ...(isCentral === true ? [] : [{ key: 'client.is_central', value: true }])];
  const same = await api.clients.search({ scope: {}, match, limit: 100, offset: 0 });
  const isForeign = same.some((stored) => stored.owner.projectId !== projectId && (recordOf(stored)['hostname'] ?? null) === hostname);
  if (isForeign) throw alreadyExists(`Client ${String(clientId)} is already registered by another project`);
}

async function refuseTakenUuid({ api, scope }: Exchange, { uuid }: Item): Promise<void> {
  if (typeof uuid !== 'string' || uuid === '') return;
  const taken = await api.clients.search({ scope, match: [{ key: 'client.uuid', value: uuid }], limit: 1, offset: 0 });
  if (taken.length > 0) throw alreadyExists('Document with the specified ID already exists.');
}
