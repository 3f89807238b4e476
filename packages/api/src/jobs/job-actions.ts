import { FreezerError } from '@freezer/core';
import { actionItem } from '../actions/action-item.ts';
import type { Item } from '../documents/item.ts';
import { isObject, isSameDocument } from '../documents/merge.ts';
import type { Exchange } from '../http/exchange.ts';
import { badRequest, unprocessable } from '../http/problem.ts';

/** The actions of a job as they are kept in it, and the action documents that were made for it. */
export interface LinkedActions {
  readonly entries: readonly Item[];
  /** Ids of the documents that were made: to be removed again when the job is not written. */
  readonly made: readonly string[];
}

/** Each default goes into every action that lacks the key, or has null there. */
export function withDefaults(entries: readonly Item[], defaults: Item): Item[] {
  return entries.map((entry) => {
    if (!isObject(entry['freezer_action'])) return entry;
    const action = { ...entry['freezer_action'] };
    for (const [key, value] of Object.entries(defaults)) if ((action[key] ?? null) === null) action[key] = value;
    return { ...entry, freezer_action: action };
  });
}

/**
 * Makes an action document of each entry, or links the one that its id names: when that is the same; when it is another one, or somebody else's, a new
 * one is made. An entry with an id alone takes the action of that id. `before`: the entries that the job has, which need no look-up.
 * Fails with 400 for an entry with neither, with 422 for an unknown id alone.
 */
export async function linkActions(exchange: Exchange, entries: readonly Item[], before: readonly Item[] = []): Promise<LinkedActions> {
  for (const entry of entries) {
    if (!isObject(entry['freezer_action']) && !entry['action_id']) throw badRequest("'freezer_action' is a required property");
  }
  const linked: Item[] = [];
  const made: string[] = [];
  try {
    for (const entry of entries) {
      const { id, action, isNew } = await linkOne(exchange, entry, before);
      if (isNew) made.push(id);
      const { projectId, userId } = exchange.owner;
      linked.push({ ...entry, freezer_action: action, project_id: entry['project_id'] ?? projectId, user_id: entry['user_id'] ?? userId, action_id: id });
    }
  } catch (error) {
    await removeActions(exchange, made);
    throw error;
  }
  return { entries: linked, made };
}

interface Linked {
  readonly id: string;
  readonly action: unknown;
  readonly isNew: boolean;
}

async function linkOne(exchange: Exchange, entry: Item, before: readonly Item[]): Promise<Linked> {
  const { api, scope } = exchange;
  const id = typeof entry['action_id'] === 'string' ? entry['action_id'] : '';
  const action = entry['freezer_action'];
  const known = before.find((each) => id !== '' && each['action_id'] === id);
  if (known && (action === undefined || isSameDocument(known['freezer_action'], action)))
    return { id, action: action ?? known['freezer_action'], isNew: false };
  const stored = id === '' ? undefined : await api.actions.get(id, scope);
  if (action === undefined) {
    if (!stored) throw unprocessable(`Action id: ${id} not found.`);
    return { id, action: stored.document['freezer_action'], isNew: false };
  }
  if (stored && isSameDocument(stored.document['freezer_action'], action)) return { id, action, isNew: false };
  return { id: await makeAction(exchange, entry, stored ? '' : id), action, isNew: true };
}

async function makeAction({ api, owner }: Exchange, entry: Item, wantedId: string): Promise<string> {
  if (wantedId !== '') {
    try {
      await api.actions.create(wantedId, actionItem(wantedId, entry, owner), owner);
      return wantedId;
    } catch (error) {
      // Another request made it meanwhile.
      if (!FreezerError.is(error, 'already_exists')) throw error;
    }
  }
  const id = api.newId();
  await api.actions.create(id, actionItem(id, entry, owner), owner);
  return id;
}

/** Takes back action documents of a job that was not written. */
export async function removeActions({ api, scope }: Exchange, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const stored = await api.actions.get(id, scope);
    if (stored) await api.actions.remove(id, stored);
  }
}
