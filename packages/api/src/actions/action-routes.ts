import { FreezerError, type Stored } from '@freezer/core';
import { ActionChange, ActionDocument, ActionRequest } from '@freezer/models';
import * as z from 'zod';
import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { isObject, merged, without } from '../documents/merge.ts';
import { removeDocument } from '../documents/remove-document.ts';
import { replaceOrCreate } from '../documents/replace-or-create.ts';
import { answerOne, forVersion, written } from '../documents/shown.ts';
import type { Answer } from '../http/answer.ts';
import { demandMatch } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import { alreadyExists, noDocument, notFound } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { validated } from '../http/validate.ts';
import { answerList } from '../lists/answer-list.ts';
import { ACTIONS } from '../lists/list-kind.ts';
import { actionItem, isDocumentId } from './action-item.ts';

const shown = (exchange: Exchange, { document, revision }: Stored<Item>): Item => ({ ...forVersion(exchange, document), _version: revision });

const taken = (id: string) => alreadyExists(`Action already registered with ID ${id}`);

async function listActions(exchange: Exchange): Promise<Answer> {
  const { api, scope } = exchange;
  return answerList(exchange, { kind: ACTIONS, documents: api.actions, scope, shown: ({ document }) => forVersion(exchange, document) });
}

async function createAction(exchange: Exchange): Promise<Answer> {
  const request = validated(ActionRequest, await exchange.filledObject());
  const { action_id: wanted } = request;
  if (wanted && (await exchange.api.actions.get(wanted, exchange.scope))) throw taken(wanted);
  const id = wanted || exchange.api.newId();
  const { api, owner } = exchange;
  try {
    await api.actions.create(id, actionItem(id, request, owner), owner);
  } catch (error) {
    if (FreezerError.is(error, 'already_exists')) throw taken(id);
    throw error;
  }
  return { status: 201, body: { action_id: id } };
}

async function getAction(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('action_id');
  const stored = await exchange.api.actions.get(id, exchange.scope);
  if (!stored) throw noDocument(id);
  return answerOne(exchange, stored, shown(exchange, stored));
}

async function replaceAction(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('action_id');
  const request = validated(ActionRequest, await exchange.object());
  if (!isDocumentId(id)) throw noDocument(id);
  const { api, owner: writer } = exchange;
  const replace = () =>
    changeDocument(api.actions, id, exchange.scope, (_document, current) => {
      demandMatch(exchange, current);
      const owner = { ...current.owner, userId: exchange.owner.userId };
      return { document: actionItem(id, request, owner), owner };
    });
  const create = () => api.actions.create(id, actionItem(id, request, writer), writer);
  return written(201, 'action_id', id, await replaceOrCreate(exchange, replace, create, taken(id)));
}

async function changeAction(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('action_id');
  const change = validated(ActionChange, await exchange.object());
  const stored = await changeDocument(exchange.api.actions, id, exchange.scope, (document, current) => {
    demandMatch(exchange, current);
    return { document: changedAction(document, change, exchange.owner.userId), owner: { ...current.owner, userId: exchange.owner.userId } };
  });
  if (!stored) throw notFound(`Action not registered with ID ${id}`);
  return written(200, 'action_id', id, stored);
}

/** What is named is changed, `freezer_action` key by key. */
function changedAction(document: Item, change: Item, userId: string): Item {
  const { freezer_action: inner, ...rest } = without(change, 'action_id', 'user_id', 'project_id', '_version');
  return { ...document, ...rest, user_id: userId, ...(isObject(inner) && { freezer_action: merged(document['freezer_action'], inner) }) };
}

async function deleteAction(exchange: Exchange): Promise<Answer> {
  return (await removeDocument(exchange, { documents: exchange.api.actions, id: exchange.param('action_id'), kind: 'action' })).answer;
}

const id = z.object({ action_id: z.string() });
const writtenId = id.extend({ version: z.int() });

export const ACTION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/actions',
    rule: 'actions:get_all',
    summary: 'Lists actions',
    status: 200,
    answer: ActionDocument,
    list: ACTIONS,
    handle: listActions,
  },
  {
    method: 'POST',
    path: '/actions',
    rule: 'actions:create',
    summary: 'Creates an action',
    status: 201,
    request: ActionRequest,
    answer: id,
    handle: createAction,
  },
  { method: 'GET', path: '/actions/:action_id', rule: 'actions:get', summary: 'Shows an action', status: 200, answer: ActionDocument, handle: getAction },
  {
    method: 'POST',
    path: '/actions/:action_id',
    rule: 'actions:replace',
    summary: 'Creates or replaces an action',
    status: 201,
    request: ActionRequest,
    answer: writtenId,
    handle: replaceAction,
  },
  {
    method: 'PATCH',
    path: '/actions/:action_id',
    rule: 'actions:update',
    summary: 'Changes an action',
    status: 200,
    request: ActionChange,
    answer: writtenId,
    handle: changeAction,
  },
  { method: 'DELETE', path: '/actions/:action_id', rule: 'actions:delete', summary: 'Removes an action', status: 204, handle: deleteAction },
];
