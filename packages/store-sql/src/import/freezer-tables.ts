import { createHash } from 'node:crypto';
import { type DocumentKind, type DocumentOwner, FreezerError, type Logger, SILENT } from '@freezer/core';
import { type OldDatabase, openOldDatabase } from './old-database.ts';
import { jsonOf, listOf, numberOf, type OldRow, objectOf, textOf, truthOf } from './old-rows.ts';

/** A document of another installation, as ours keeps it. */
export interface ImportedDocument {
  readonly kind: DocumentKind;
  readonly id: string;
  readonly owner: DocumentOwner;
  readonly document: Record<string, unknown>;
}

const LONGEST_CLIENT_KEY = 200;

/** Version 1 knew no projects: its clients are their user's. */
function clientKey(projectId: string | undefined, userId: string, clientId: string): string {
  const key = `${projectId ?? `user/${userId}`}/${clientId}`;
  return key.length <= LONGEST_CLIENT_KEY ? key : createHash('sha256').update(key).digest('hex');
}

const ownerOf = (row: OldRow): DocumentOwner => ({ projectId: textOf(row['project_id']) ?? '', userId: textOf(row['user_id']) ?? '' });
const idsOf = (row: OldRow): { project_id: string | null; user_id: string } => ({
  project_id: textOf(row['project_id']) ?? null,
  user_id: textOf(row['user_id']) ?? '',
});
const idOf = (row: OldRow): string => textOf(row['id']) ?? '';

function imported(kind: DocumentKind, row: OldRow, document: Record<string, unknown>, id = idOf(row)): ImportedDocument {
  return { kind, id, owner: ownerOf(row), document };
}

const CAPABILITIES = ['supported_actions', 'supported_modes', 'supported_storages', 'supported_engines'] as const;

function clientOf(row: OldRow): ImportedDocument {
  const clientId = textOf(row['client_id']) ?? '';
  const capabilities = CAPABILITIES.flatMap((name) => {
    const value = jsonOf(row, 'clients', name);
    return Array.isArray(value) ? [[name, value] as const] : [];
  });
  const client = {
    uuid: textOf(row['uuid']) ?? idOf(row),
    hostname: textOf(row['hostname']) ?? null,
    client_id: clientId,
    is_central: truthOf(row['is_central']),
    description: textOf(row['description']) ?? null,
    ...Object.fromEntries(capabilities),
  };
  return imported('clients', row, { ...idsOf(row), client }, clientKey(textOf(row['project_id']), ownerOf(row).userId, clientId));
}

/** The columns that repeat what the JSON holds, for rows whose JSON is missing. */
const ACTION_COLUMNS = {
  action: 'action',
  mode: 'actionmode',
  path_to_backup: 'path_to_backup',
  backup_name: 'backup_name',
  container: 'container',
  log_file: 'log_file',
};

function actionBody(row: OldRow): Record<string, unknown> {
  const stored = objectOf(row, 'actions', 'backup_metadata');
  const columns = Object.entries(ACTION_COLUMNS).flatMap(([key, column]) => {
    const value = textOf(row[column]);
    return value === undefined || stored[key] !== undefined ? [] : [[key, value] as const];
  });
  return {
    ...idsOf(row),
    action_id: idOf(row),
    max_retries: numberOf(row['max_retries']) ?? 5,
    max_retries_interval: numberOf(row['max_retries_interval']) ?? 6,
    mandatory: truthOf(row['mandatory']),
    freezer_action: { ...stored, ...Object.fromEntries(columns) },
  };
}

/** 13.0 keeps a job's actions as JSON of the job, HEAD as rows that name the actions. */
async function jobActions(database: OldDatabase, row: OldRow): Promise<Record<string, unknown>[]> {
  if (row['job_actions'] !== undefined) return listOf(row, 'jobs', 'job_actions');
  const links = await database.rowsOf('job_actions', 'job_id', [idOf(row)]);
  const ids = links.toSorted((one, two) => (numberOf(one['position']) ?? 0) - (numberOf(two['position']) ?? 0)).map((link) => textOf(link['action_id']) ?? '');
  const actions = new Map<string, Record<string, unknown>>((await database.rowsOf('actions', 'id', ids)).map((action) => [idOf(action), actionBody(action)]));
  return ids.flatMap((id) => {
    const action = actions.get(id);
    return action ? [action] : [];
  });
}

async function jobOf(database: OldDatabase, row: OldRow): Promise<ImportedDocument> {
  const [trust] = await database.rowsOf('user_credentials', 'job_id', [idOf(row)]);
  return imported('jobs', row, {
    job_id: idOf(row),
    ...idsOf(row),
    job_schedule: objectOf(row, 'jobs', 'schedule'),
    client_id: textOf(row['client_id']) ?? '',
    session_id: textOf(row['session_id']) ?? '',
    session_tag: numberOf(row['session_tag']) ?? 0,
    description: textOf(row['description']) ?? '',
    job_actions: await jobActions(database, row),
    ...(trust && { user_credentials: { trust_id: textOf(trust['trust_id']) ?? '', trustor_user_id: textOf(trust['trustor_user_id']) ?? '' } }),
  });
}

function sessionOf(row: OldRow): ImportedDocument {
  const times = Object.fromEntries(['time_ended', 'time_started', 'time_end', 'time_start'].map((name) => [name, numberOf(row[name]) ?? -1]));
  return imported('sessions', row, {
    project_id: textOf(row['project_id']) ?? null,
    session_id: idOf(row),
    user_id: textOf(row['user_id']) ?? '',
    description: textOf(row['description']) ?? null,
    session_tag: numberOf(row['session_tag']) ?? 0,
    result: textOf(row['result']) ?? null,
    hold_off: numberOf(row['hold_off']) ?? 30,
    status: textOf(row['status']) ?? 'active',
    ...times,
    schedule: objectOf(row, 'sessions', 'schedule'),
    jobs: objectOf(row, 'sessions', 'job'),
  });
}

/** A status that is the default says that none was set. */
function backupOf(row: OldRow): ImportedDocument {
  const status = textOf(row['status']);
  return imported('backups', row, {
    project_id: textOf(row['project_id']) ?? null,
    backup_id: idOf(row),
    user_id: textOf(row['user_id']) ?? '',
    user_name: textOf(row['user_name']) ?? null,
    ...(status !== undefined && status !== 'available' && { status }),
    backup_metadata: objectOf(row, 'backups', 'backup_metadata'),
  });
}

const TABLES = ['clients', 'actions', 'jobs', 'sessions', 'backups'] as const;

/**
 * Everything that Freezer's own SQL tables hold (freezer-api 13.0 and later, SQLite, PostgreSQL, MySQL), in the order in which it was made. They are
 * only read. Fails as the opening of a store does, with `not_found` when no such table is there, and with `corrupt` when a row is unreadable.
 */
export async function* importFreezerTables(url: string, { logger = SILENT }: { readonly logger?: Logger } = {}): AsyncGenerator<ImportedDocument> {
  await using database = await openOldDatabase(url, logger);
  if (!(await database.hasTable('jobs'))) throw new FreezerError('not_found', 'the database holds no tables of Freezer');
  for (const table of TABLES) {
    for await (const row of database.rows(table)) {
      switch (table) {
        case 'clients':
          yield clientOf(row);
          break;
        case 'actions':
          yield imported('actions', row, actionBody(row));
          break;
        case 'jobs':
          yield await jobOf(database, row);
          break;
        case 'sessions':
          yield sessionOf(row);
          break;
        case 'backups':
          yield backupOf(row);
      }
    }
  }
}
