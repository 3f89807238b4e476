import { createHash } from 'node:crypto';
import { FreezerError, type Stored } from '@freezer/core';
import { BackupChange, BackupDocument, BackupRequest } from '@freezer/models';
import * as z from 'zod';
import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { isObject, merged, without } from '../documents/merge.ts';
import { removeDocument } from '../documents/remove-document.ts';
import { answerOne } from '../documents/shown.ts';
import type { Answer } from '../http/answer.ts';
import { demandMatch, etagOf } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import { alreadyExists, badRequest, noDocument, notFound } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { validated } from '../http/validate.ts';
import { answerList } from '../lists/answer-list.ts';
import { BACKUPS } from '../lists/list-kind.ts';

/** Version 1 tells the user's name, version 2 the status, and that only when it was ever set. */
function shownBackup({ isV1 }: Exchange, { document }: Stored<Item>): Item {
  if (isV1) return { ...without(document, 'status'), project_id: null };
  return without(document, 'user_name');
}

async function listBackups(exchange: Exchange): Promise<Answer> {
  const { api, scope } = exchange;
  return answerList(exchange, { kind: BACKUPS, documents: api.backups, scope, shown: (stored) => shownBackup(exchange, stored) });
}

/** What version 1 demands: that the names are there. */
const isPresent = (value: unknown): boolean => value !== undefined && value !== '';

function isGood({ isV1 }: Exchange, metadata: Item): boolean {
  if (!isV1) return BackupRequest.safeParse(metadata).success;
  return isPresent(metadata['container']) && isPresent(metadata['backup_name']) && (isPresent(metadata['hostname']) || isPresent(metadata['host_name']));
}

async function createBackup(exchange: Exchange): Promise<Answer> {
  const metadata = await exchange.filledObject();
  if (!isGood(exchange, metadata)) throw badRequest('Bad Data Format');
  const { api, owner, caller, isV1 } = exchange;
  const key = exchange.header('idempotency-key');
  const id = key === undefined ? api.newId() : keyedId(owner.projectId, key);
  const { status } = metadata;
  const item: Item = {
    project_id: owner.projectId,
    backup_id: id,
    user_id: owner.userId,
    user_name: caller.userName ?? null,
    ...(!isV1 && status !== undefined && { status }),
    backup_metadata: isV1 ? metadata : without(metadata, 'status'),
  };
  try {
    await api.backups.create(id, item, owner);
  } catch (error) {
    if (!FreezerError.is(error, 'already_exists')) throw error;
    // Sent again, because the answer to the first time was lost.
    if (key === undefined || !(await api.backups.get(id, exchange.scope))) throw alreadyExists('Document with the specified ID already exists.');
  }
  return { status: 201, body: { backup_id: id } };
}

/** The same id for the same key, so that a request may be repeated. */
const keyedId = (projectId: string, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([projectId, key]))
    .digest('hex')
    .slice(0, 32);

async function getBackup(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('backup_id');
  const stored = await exchange.api.backups.get(id, exchange.scope);
  if (!stored) throw noDocument(id);
  return answerOne(exchange, stored, shownBackup(exchange, stored));
}

async function changeBackup(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('backup_id');
  const change = validated(BackupChange, await exchange.filledObject());
  const stored = await changeDocument(exchange.api.backups, id, exchange.scope, (document, current) => {
    demandMatch(exchange, current);
    const metadata = isObject(change.backup_metadata) ? change.backup_metadata : {};
    return {
      document: {
        ...document,
        user_id: exchange.owner.userId,
        ...(change.status !== undefined && { status: change.status }),
        backup_metadata: merged(document['backup_metadata'], metadata),
      },
      owner: { ...current.owner, userId: exchange.owner.userId },
    };
  });
  if (!stored) throw notFound(`Backup not registered with ID ${id}`);
  return { status: 200, body: shownBackup(exchange, stored), headers: { etag: etagOf(stored) } };
}

async function deleteBackup(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('backup_id');
  return (await removeDocument(exchange, { documents: exchange.api.backups, id, kind: 'Backup' })).answer;
}

export const BACKUP_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/backups',
    rule: 'backups:get_all',
    summary: 'Lists backups',
    status: 200,
    answer: BackupDocument,
    list: BACKUPS,
    handle: listBackups,
  },
  {
    method: 'POST',
    path: '/backups',
    rule: 'backups:create',
    summary: 'Enters a backup that was made',
    status: 201,
    request: BackupRequest,
    answer: z.object({ backup_id: z.string() }),
    handle: createBackup,
  },
  { method: 'GET', path: '/backups/:backup_id', rule: 'backups:get', summary: 'Shows a backup', status: 200, answer: BackupDocument, handle: getBackup },
  {
    method: 'PATCH',
    path: '/backups/:backup_id',
    versions: ['v2'],
    rule: 'backups:update',
    summary: 'Changes status or metadata of a backup',
    status: 200,
    request: BackupChange,
    answer: BackupDocument,
    handle: changeBackup,
  },
  {
    method: 'DELETE',
    path: '/backups/:backup_id',
    rule: 'backups:delete',
    summary: 'Removes the entry of a backup; what lies on the storage stays',
    status: 204,
    handle: deleteBackup,
  },
];
