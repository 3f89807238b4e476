import { FreezerError, messageOf } from '@freezer/core';
import { actionItem } from '../actions/action-item.ts';
import type { Item } from '../documents/item.ts';
import { isObject, isSameDocument } from '../documents/merge.ts';
import type { Exchange } from '../http/exchange.ts';
import { badRequest, unprocessable } from '../http/problem.ts';

/** The actions of a job as they are kept in it, and the action documents that it needs. */
export interface LinkedActions {
  readonly entries: readonly Item[];
  /** Ids of the documents that were made, or are to be: to be removed again when the job is not written. */
  readonly made: readonly string[];
  /** Those that are still to be made, under ids that are new. */
  readonly unmade: readonly UnmadeAction[];
}

export interface UnmadeAction {
  readonly id: string;
  readonly document: Item;
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
 * Plans an action document of each entry, or links the one that its id names: when that is the same; when it is another one, or somebody else's, a new
 * one is needed. An entry with an id alone takes the action of that id. `before`: the entries that the job has, which need no look-up.
 * Fails with 400 for an entry with neither, with 422 for an unknown id alone.
 */
export async function linkActions(exchange: Exchange, jobId: string, entries: readonly Item[], before: readonly Item[]): Promise<LinkedActions> {
  for (const entry of entries) {
    if (!isObject(entry['freezer_action']) && !entry['action_id']) throw badRequest("'freezer_action' is a required property");
  }
  const linked: Item[] = [];
  const made: string[] = [];
  const unmade: UnmadeAction[] = [];
  try {
    for (const entry of entries) {
      const { id, action, isNew, document } = await linkOne(exchange, entry, before);
      if (isNew) made.push(id);
      if (document) unmade.push({ id, document });
      const { projectId, userId } = exchange.owner;
      linked.push({ ...entry, freezer_action: action, project_id: entry['project_id'] ?? projectId, user_id: entry['user_id'] ?? userId, action_id: id });
    }
  } catch (error) {
    await takeBackActions(exchange, jobId, made);
    throw error;
  }
  return { entries: linked, made, unmade };
}

interface Linked {
  readonly id: string;
  readonly action: unknown;
  readonly isNew: boolean;
  /** To be made. */
  readonly document?: Item;
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
  if (id !== '' && !stored && (await isMade(exchange, entry, id))) return { id, action, isNew: true };
  const newId = api.newId();
  return { id: newId, action, isNew: true, document: actionItem(newId, entry, exchange.owner) };
}

/** Makes an action under the id that was asked for; false when another request made it meanwhile. */
async function isMade({ api, owner }: Exchange, entry: Item, id: string): Promise<boolean> {
  try {
    await api.actions.create(id, actionItem(id, entry, owner), owner);
    return true;
  } catch (error) {
    if (FreezerError.is(error, 'already_exists')) return false;
    throw error;
  }
}

/** So many are made at the same time: a database has few connections, and others wait for one, too. */
const AT_ONCE = 32;

/** Makes what is still to be made, many at the same time: a store that gathers writes makes one of them. When it fails the caller takes all back. */
export async function makeActions({ api, owner }: Exchange, { unmade }: LinkedActions): Promise<void> {
  for (let at = 0; at < unmade.length; at += AT_ONCE) {
    const ends = await Promise.allSettled(unmade.slice(at, at + AT_ONCE).map(({ id, document }) => api.actions.create(id, document, owner)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/**
 * Takes back action documents of a job that was not written. Another request may have linked one meanwhile, and written a job with it, this one or another:
 * what a job names stays. Never fails: what the request itself failed of is answered.
 */
export async function takeBackActions({ api, scope }: Exchange, jobId: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    try {
      const users = await api.jobs.search({ scope, match: [{ key: 'action_id', value: id }], limit: 1, offset: 0 });
      if (users.length > 0) continue;
      const stored = await api.actions.get(id, scope);
      if (stored) await api.actions.remove(id, stored);
    } catch (error) {
      api.logger.error({ job: jobId, action: id, reason: messageOf(error) }, 'an action of a job whose request has failed could not be taken back');
    }
  }
}
