import type { DocumentOwner, Stored } from '@freezer/core';
import type { Item } from '../documents/item.ts';
import { isObject, without } from '../documents/merge.ts';
import { forVersion } from '../documents/shown.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Member, SessionState } from './session-rules.ts';

const HOLD_OFF = 30;
/** When a session has none of its own. */
const START_HOLD_OFF = 60;
const SERVER_KEYS = ['session_id', 'project_id', 'user_id', '_version'] as const;
const MADE_KEYS = ['jobs', 'status', 'result', 'missing', 'planned_time'] as const;

/** A new session of a request, keys in Freezer's order, others behind them; what its rounds are made of is set by the server. */
export function sessionItem(id: string, request: Item, { projectId, userId }: DocumentOwner): Item {
  const item: Item = {
    project_id: projectId,
    session_id: id,
    user_id: userId,
    description: request['description'] ?? null,
    session_tag: request['session_tag'] ?? 0,
    result: null,
    hold_off: request['hold_off'] ?? HOLD_OFF,
    ...(request['join_timeout'] !== undefined && { join_timeout: request['join_timeout'] }),
    status: 'active',
    time_ended: request['time_ended'] ?? -1,
    time_started: request['time_started'] ?? -1,
    time_end: request['time_end'] ?? -1,
    time_start: request['time_start'] ?? -1,
    schedule: request['schedule'],
    jobs: {},
  };
  return { ...item, ...without(request, ...SERVER_KEYS, ...MADE_KEYS, ...Object.keys(item)) };
}

export const withoutServerKeys = (change: Item): Item => without(change, ...SERVER_KEYS);

export const membersOf = (document: Item): Readonly<Record<string, Member>> => {
  const { jobs } = document;
  return isObject(jobs) ? Object.fromEntries(Object.entries(jobs).flatMap(([id, member]) => (isObject(member) ? [[id, member]] : []))) : {};
};

const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

export function stateOf(document: Item): SessionState {
  const holdOff = numberOf(document['hold_off'], START_HOLD_OFF);
  return {
    session_tag: numberOf(document['session_tag'], 0),
    time_start: numberOf(document['time_start'], -1),
    hold_off: holdOff,
    join_timeout: numberOf(document['join_timeout'], holdOff),
    planned_time: typeof document['planned_time'] === 'number' ? document['planned_time'] : undefined,
    missing: document['missing'],
    status: document['status'],
    jobs: membersOf(document),
  };
}

/** `jobs` is always an object: clients count its members. */
export const shownSession = (exchange: Exchange, { document }: Stored<Item>): Item => ({ ...forVersion(exchange, document), jobs: membersOf(document) });
