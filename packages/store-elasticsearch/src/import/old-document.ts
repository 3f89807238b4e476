import { createHash } from 'node:crypto';
import type { DocumentKind, DocumentOwner } from '@freezer/core';

/** A document of another installation, as ours keeps it. */
export interface ImportedDocument {
  readonly kind: DocumentKind;
  readonly id: string;
  readonly owner: DocumentOwner;
  readonly document: Record<string, unknown>;
}

/** A hit of a search, of any release. */
export interface OldHit {
  readonly _id: string;
  /** Servers before 7 keep several types in an index. */
  readonly _type?: string;
  readonly _source: Record<string, unknown>;
}

type Item = Record<string, unknown>;

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const TYPES: ReadonlySet<string> = new Set(['clients', 'backups', 'jobs', 'actions', 'sessions']);

/** The type, or where there are none the kind that the fields tell. */
function kindOf({ _type: type, _source: source }: OldHit): DocumentKind | undefined {
  if (type !== undefined && TYPES.has(type)) return type as DocumentKind;
  if (isItem(source['client'])) return 'clients';
  if (isItem(source['backup_metadata'])) return 'backups';
  if (Array.isArray(source['job_actions']) || isItem(source['job_schedule'])) return 'jobs';
  if (isItem(source['freezer_action'])) return 'actions';
  if (textOf(source['session_id']) !== undefined) return 'sessions';
  return undefined;
}

const LONGEST_CLIENT_KEY = 200;

function clientKey({ projectId, userId }: DocumentOwner, clientId: string): string {
  const key = `${projectId === '' ? `user/${userId}` : projectId}/${clientId}`;
  return key.length <= LONGEST_CLIENT_KEY ? key : createHash('sha256').update(key).digest('hex');
}

/** What Freezer stored, as ours: the same fields, with the ones that every document of ours has. Undefined for what is nothing of Freezer's. */
export function oldDocument(hit: OldHit): ImportedDocument | undefined {
  const kind = kindOf(hit);
  if (kind === undefined) return undefined;
  const { _version: _, ...source } = hit._source;
  const owner = { projectId: textOf(source['project_id']) ?? '', userId: textOf(source['user_id']) ?? '' };
  const ids = { project_id: textOf(source['project_id']) ?? null, user_id: owner.userId };
  switch (kind) {
    case 'clients':
      return client(hit, owner, { ...source, ...ids });
    case 'backups': {
      // Until 3.0 the id was made of names and the document was kept under another one.
      const id = textOf(source['backup_uuid']) ?? textOf(source['backup_id']) ?? hit._id;
      return { kind, id, owner, document: { ...source, ...ids, backup_id: id } };
    }
    case 'jobs': {
      const id = textOf(source['job_id']) ?? hit._id;
      return { kind, id, owner, document: { session_id: '', session_tag: 0, job_schedule: {}, job_actions: [], ...source, ...ids, job_id: id } };
    }
    case 'actions': {
      const id = textOf(source['action_id']) ?? hit._id;
      return { kind, id, owner, document: { max_retries: 5, max_retries_interval: 6, mandatory: false, ...source, ...ids, action_id: id } };
    }
    default: {
      const id = textOf(source['session_id']) ?? hit._id;
      const times = { time_start: -1, time_end: -1, time_started: -1, time_ended: -1 };
      return { kind, id, owner, document: { session_tag: 0, hold_off: 30, schedule: {}, jobs: {}, ...times, ...source, ...ids, session_id: id } };
    }
  }
}

function client(hit: OldHit, owner: DocumentOwner, document: Item): ImportedDocument {
  const record = isItem(document['client']) ? document['client'] : {};
  const { uuid, ...rest } = document;
  const clientId = textOf(record['client_id']) ?? hit._id;
  const whole = {
    hostname: null,
    description: null,
    is_central: false,
    ...record,
    uuid: textOf(record['uuid']) ?? textOf(uuid) ?? hit._id,
    client_id: clientId,
  };
  return { kind: 'clients', id: clientKey(owner, clientId), owner, document: { ...rest, client: whole } };
}
