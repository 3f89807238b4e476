import type { Stored } from '@freezer/core';
import { ClientChange, ClientDocument, ClientRequest } from '@freezer/models';
import * as z from 'zod';
import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { merged } from '../documents/merge.ts';
import { answerOne, written } from '../documents/shown.ts';
import type { Answer } from '../http/answer.ts';
import { demandMatch } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import { badRequest, forbidden, noDocument, notFound } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { validated } from '../http/validate.ts';
import { answerList } from '../lists/answer-list.ts';
import { CLIENTS } from '../lists/list-kind.ts';
import { claimed } from './client-holder.ts';
import { findClient, recordOf, sharedScope, shownClient } from './client-item.ts';
import { inUse, keptOf, registerClient } from './register-client.ts';

async function listClients(exchange: Exchange): Promise<Answer> {
  const scope = exchange.isV1 ? exchange.scope : sharedScope(exchange.scope);
  const marker = {
    idOf: async (clientId: string) => (await findClient(exchange.api, exchange.scope, clientId))?.id ?? clientId,
    of: (stored: Stored<Item>) => String(recordOf(stored)['client_id']),
  };
  return answerList(exchange, { kind: CLIENTS, documents: exchange.api.clients, scope, marker, shown: (stored) => shownClient(exchange, stored) });
}

async function getClient(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('client_id');
  const stored = await findClient(exchange.api, exchange.scope, id);
  if (!stored) throw noDocument(id);
  return answerOne(exchange, stored, shownClient(exchange, stored));
}

async function changeClient(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('client_id');
  const change = validated(ClientChange, await exchange.object());
  if (change.is_central === true) exchange.demand('clients:create_central');
  if (change.client_id !== undefined && change.client_id !== id) throw badRequest('client_id cannot be changed');
  const found = await findClient(exchange.api, exchange.scope, id);
  if (!found) throw noDocument(id);
  if (!isOwn(exchange, found)) throw forbidden();
  let refused = false;
  const stored = await changeDocument(exchange.api.clients, found.id, exchange.scope, (document, current) => {
    demandMatch(exchange, current);
    const claim = claimed(recordOf(current), change, exchange.api.seconds());
    ({ refused } = claim);
    if (refused) return { document: { ...document, client: claim.client } };
    return {
      document: { ...document, user_id: exchange.owner.userId, client: merged(claim.client, keptOf(change)) },
      owner: { ...current.owner, userId: exchange.owner.userId },
    };
  });
  if (!stored) throw noDocument(id);
  if (refused) throw inUse(id);
  return written(200, 'client_id', id, stored);
}

async function deleteClient(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('client_id');
  const found = await findClient(exchange.api, exchange.scope, id);
  if (found && !isOwn(exchange, found)) throw forbidden();
  if (found) demandMatch(exchange, found);
  const isRemoved = found !== undefined && (await exchange.api.clients.remove(found.id));
  if (!isRemoved && exchange.isV1) throw notFound(`No Client found with ID:${id}`);
  return { status: 204 };
}

function isOwn({ scope }: Exchange, { owner }: { readonly owner: { readonly projectId: string; readonly userId: string } }): boolean {
  return (scope.projectId ?? owner.projectId) === owner.projectId && (scope.userId ?? owner.userId) === owner.userId;
}

const id = z.object({ client_id: z.string() });

export const CLIENT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/clients',
    rule: 'clients:get_all',
    summary: 'Lists clients',
    status: 200,
    answer: ClientDocument,
    list: CLIENTS,
    handle: listClients,
  },
  {
    method: 'POST',
    path: '/clients',
    rule: 'clients:create',
    summary: 'Registers a client',
    status: 201,
    request: ClientRequest,
    answer: id,
    handle: registerClient,
  },
  { method: 'GET', path: '/clients/:client_id', rule: 'clients:get', summary: 'Shows a client', status: 200, answer: ClientDocument, handle: getClient },
  {
    method: 'PATCH',
    path: '/clients/:client_id',
    rule: 'clients:update',
    summary: 'Changes a client',
    status: 200,
    request: ClientChange,
    answer: z.object({ client_id: z.string(), version: z.int() }),
    handle: changeClient,
  },
  { method: 'DELETE', path: '/clients/:client_id', rule: 'clients:delete', summary: 'Removes a client', status: 204, handle: deleteClient },
];
