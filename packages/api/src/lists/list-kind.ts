/** What one kind of document can be filtered and sorted by in the query string; search documents in bodies name any key. */
export interface ListKind {
  /** In the path and in answers: `jobs`. */
  readonly name: string;
  /** Names of query parameters that are filters: keys at any depth. */
  readonly filters: readonly string[];
  /** Names to sort by, and where they stand. */
  readonly sorts: Readonly<Record<string, string>>;
  /** The path of the time that `time_after` and `time_before` mean. */
  readonly time?: string;
}

const ids = { project_id: 'project_id', user_id: 'user_id' };

export const CLIENTS: ListKind = {
  name: 'clients',
  filters: ['client_id', 'hostname', 'description', 'uuid', 'is_central', 'project_id', 'user_id', 'config_id'],
  sorts: { ...ids, client_id: 'client.client_id', hostname: 'client.hostname', description: 'client.description', uuid: 'client.uuid' },
};

export const BACKUPS: ListKind = {
  name: 'backups',
  filters: [
    ...['backup_id', 'backup_name', 'container', 'hostname', 'host_name', 'job_id', 'client_id', 'status', 'result', 'level', 'curr_backup_level', 'mode'],
    ...['action', 'storage', 'path_to_backup', 'fs_real_path', 'engine_name', 'time_stamp', 'project_id', 'user_id', 'session_id', 'session_tag', 'encrypted'],
  ],
  sorts: {
    ...ids,
    backup_id: 'backup_id',
    status: 'status',
    ...Object.fromEntries(
      ['time_stamp', 'backup_name', 'container', 'hostname', 'level', 'curr_backup_level', 'job_id', 'client_id', 'storage', 'path_to_backup', 'result'].map(
        (name) => [name, `backup_metadata.${name}`],
      ),
    ),
  },
  time: 'backup_metadata.time_stamp',
};

export const ACTIONS: ListKind = {
  name: 'actions',
  filters: ['action_id', 'action', 'mode', 'backup_name', 'container', 'path_to_backup', 'storage', 'mandatory', 'project_id', 'user_id', 'log_file'],
  sorts: {
    ...ids,
    action_id: 'action_id',
    max_retries: 'max_retries',
    ...Object.fromEntries(['action', 'mode', 'backup_name', 'container', 'path_to_backup', 'storage'].map((name) => [name, `freezer_action.${name}`])),
  },
};

export const JOBS: ListKind = {
  name: 'jobs',
  filters: [
    ...['job_id', 'client_id', 'session_id', 'session_tag', 'description', 'status', 'result', 'event', 'action_id', 'action', 'mode', 'backup_name'],
    ...['container', 'path_to_backup', 'storage', 'schedule_interval', 'schedule_cron', 'project_id', 'user_id', 'trust_id'],
  ],
  sorts: {
    ...ids,
    job_id: 'job_id',
    client_id: 'client_id',
    description: 'description',
    session_id: 'session_id',
    session_tag: 'session_tag',
    ...Object.fromEntries(
      ['time_created', 'time_started', 'time_ended', 'status', 'result', 'event', 'next_run_at'].map((name) => [name, `job_schedule.${name}`]),
    ),
  },
  time: 'job_schedule.time_created',
};

export const SESSIONS: ListKind = {
  name: 'sessions',
  filters: ['session_id', 'session_tag', 'description', 'status', 'result', 'hold_off', 'client_id', 'schedule_interval', 'project_id', 'user_id'],
  sorts: {
    ...ids,
    ...Object.fromEntries(['session_id', 'session_tag', 'description', 'status', 'result', 'time_start', 'time_end', 'hold_off'].map((name) => [name, name])),
  },
  time: 'time_start',
};

export const RUNS: ListKind = {
  name: 'runs',
  filters: ['run_id', 'job_id', 'client_id', 'session_id', 'session_tag', 'result', 'action', 'project_id', 'user_id'],
  sorts: {
    ...ids,
    ...Object.fromEntries(
      ['run_id', 'job_id', 'client_id', 'session_id', 'session_tag', 'result', 'time_started', 'time_ended', 'bytes_uncompressed', 'bytes_compressed'].map(
        (name) => [name, name],
      ),
    ),
  },
  time: 'time_started',
};

export const ALERTS: ListKind = {
  name: 'alerts',
  filters: ['alert_id', 'kind', 'severity', 'job_id', 'client_id', 'backup_set', 'project_id'],
  sorts: { ...Object.fromEntries(['alert_id', 'kind', 'severity', 'since', 'age', 'job_id', 'client_id'].map((name) => [name, name])) },
  time: 'since',
};
