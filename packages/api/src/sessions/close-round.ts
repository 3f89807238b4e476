import type { DocumentScope, Stored } from '@freezer/core';
import type { ApiContext } from '../api-context.ts';
import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { stateOf } from './session-item.ts';
import { closed } from './session-rules.ts';

/** Rounds that may wait for members at a time; more are closed by the next look. */
const LOOKED_AT = 200;

/** A session whose round is over because members did not begin in time is written so by whoever looks first. Resolves to it as it is then. */
export async function closeRound(api: ApiContext, found: Stored<Item>): Promise<Stored<Item>> {
  if (!closed(stateOf(found.document), api.seconds())) return found;
  const stored = await changeDocument(api.sessions, found.id, { projectId: found.owner.projectId }, (document) => {
    const changes = closed(stateOf(document), api.seconds());
    return changes && { document: { ...document, ...changes } };
  });
  return stored ?? found;
}

/** The same with all sessions of a scope, before they are listed. */
export async function closeRounds(api: ApiContext, scope: DocumentScope): Promise<void> {
  const running = await api.sessions.search({ scope, match: [{ key: 'status', value: 'running' }], limit: LOOKED_AT, offset: 0 });
  for (const found of running) await closeRound(api, found);
}
