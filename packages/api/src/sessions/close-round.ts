import type { DocumentScope, Stored } from '@freezer/core';
import type { ApiContext } from '../api-context.ts';
import { isGone } from '../clients/client-holder.ts';
import { findClient, recordOf } from '../clients/client-item.ts';
import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { stateOf } from './session-item.ts';
import { closed } from './session-rules.ts';

/** Rounds that may wait for members at a time; more are closed by the next look. */
const LOOKED_AT = 200;

/** A session whose round is over because members did not begin in time, or died, is written so by whoever looks first, in his scope. Resolves to it as it is then. */
export async function closeRound(api: ApiContext, scope: DocumentScope, found: Stored<Item>): Promise<Stored<Item>> {
  const dead = await deadMembers(api, scope, found);
  if (!closed(stateOf(found.document), api.seconds(), dead)) return found;
  const stored = await changeDocument(api.sessions, found.id, scope, (document) => {
    const changes = closed(stateOf(document), api.seconds(), dead);
    return changes && { document: { ...document, ...changes } };
  });
  return stored ?? found;
}

/** Members that began their part, and whose scheduler is gone. Nothing is looked for while the round would not be over without them. */
async function deadMembers(api: ApiContext, scope: DocumentScope, { document }: Stored<Item>): Promise<ReadonlySet<string>> {
  const state = stateOf(document);
  const atWork = Object.entries(state.jobs).filter(([, { status }]) => status === 'running');
  if (atWork.length === 0 || !closed(state, api.seconds(), new Set(atWork.map(([id]) => id)))) return new Set();
  const dead = await Promise.all(
    atWork.map(async ([id, { client_id: clientId }]) => {
      const client = typeof clientId === 'string' ? await findClient(api, scope, clientId) : undefined;
      return client && isGone(recordOf(client), api.seconds(), api.startedAt) ? [id] : [];
    }),
  );
  return new Set(dead.flat());
}

/** The same with all sessions of a scope, before they are listed. */
export async function closeRounds(api: ApiContext, scope: DocumentScope): Promise<void> {
  const running = await api.sessions.search({ scope, match: [{ key: 'status', value: 'running' }], limit: LOOKED_AT, offset: 0 });
  for (const found of running) await closeRound(api, scope, found);
}
