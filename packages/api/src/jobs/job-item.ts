import type { DocumentScope, Stored } from '@freezer/core';
import type { Item } from '../documents/item.ts';
import { isObject, without } from '../documents/merge.ts';
import { forVersion } from '../documents/shown.ts';
import type { Exchange } from '../http/exchange.ts';
import { CLIENT_PROJECT } from './job-trust.ts';

/** Sent back by clients that read a whole job; only the server sets them. */
export const SERVER_KEYS = ['job_id', 'project_id', 'user_id', 'user_credentials', '_version', 'session_name', 'action_defaults', CLIENT_PROJECT] as const;

/** Which job a caller may read by its id: with `jobs:get_all_projects` any. */
export const readScope = (exchange: Exchange): DocumentScope => (!exchange.isV1 && exchange.allows('jobs:get_all_projects') ? {} : exchange.scope);

/** A job in an answer. The process id of a central client's agent is for its own project. */
function shownJob(exchange: Exchange, { document }: Stored<Item>): Item {
  const { [CLIENT_PROJECT]: clientProject, ...item } = document;
  const schedule = item['job_schedule'];
  const isMasked =
    clientProject !== undefined &&
    isObject(schedule) &&
    schedule['current_pid'] !== undefined &&
    exchange.caller.projectId !== clientProject &&
    !exchange.allows('jobs:get_all_projects');
  const shown = exchange.isV1
    ? { ...forVersion(exchange, item), job_actions: entriesOf(item['job_actions']).map((entry) => ({ ...entry, project_id: null })) }
    : item;
  return isMasked ? { ...shown, job_schedule: without(schedule, 'current_pid') } : shown;
}

/**
 * The same as JSON text: as the store has it, when nothing of it is hidden. With `version` the answer to GET, which has that as `_version`.
 * Reading and writing ten documents anew takes longer than all else of a page.
 */
export function jobText(exchange: Exchange, stored: Stored<Item>, version?: number): string {
  const { json } = stored;
  const isWhole = json !== undefined && !exchange.isV1 && !json.includes(`"${CLIENT_PROJECT}"`) && !json.includes('"_version"');
  if (!isWhole) return JSON.stringify({ ...shownJob(exchange, stored), ...(version !== undefined && { _version: version }) });
  return version === undefined ? json : `${json.slice(0, -1)},"_version":${version}}`;
}

/** A list of objects, of whatever was sent. */
export const entriesOf = (value: unknown): Item[] => (Array.isArray(value) ? value.filter(isObject) : []);
