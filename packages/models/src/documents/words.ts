/** Words of the API's documents. Where a schema has them as an enum, other words are refused. */

/** What is asked of a job; it stays until the scheduler has seen it. `''`: nothing. */
export const JOB_EVENTS = ['', 'stop', 'start', 'abort', 'remove'] as const;
export type JobEventName = (typeof JOB_EVENTS)[number];

/** Written by the scheduler. `''`: new, or asked to start again. */
export const JOB_STATUSES = ['', 'completed', 'stop', 'scheduled', 'running', 'aborting', 'removed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** `''`: not known yet. `partial` is ours: servers of Python refuse it. */
export const JOB_RESULTS = ['', 'success', 'fail', 'aborted', 'partial'] as const;
export type JobResult = (typeof JOB_RESULTS)[number];

export const SESSION_STATUSES = ['active', 'running', 'completed'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

export const BACKUP_STATUSES = ['creating', 'available', 'error', 'deleting', 'deleted'] as const;
export type BackupStatus = (typeof BACKUP_STATUSES)[number];

/** What a job may ask an agent to do. */
export const JOB_ACTION_NAMES = ['backup', 'restore', 'info', 'admin', 'exec', 'verify', 'list'] as const;

/** Modes that a job may name. */
export const JOB_MODES = ['fs', 'mongo', 'mysql', 'sqlserver', 'cinder', 'glance', 'cindernative', 'nova', 'postgresql'] as const;

/** What a client says that it can do when it says nothing; the words of Python Freezer. */
export const CLIENT_ACTIONS = ['backup', 'restore', 'info', 'admin', 'exec'] as const;
export const CLIENT_MODES = ['fs', 'mongo', 'mysql', 'sqlserver', 'cinder', 'glance', 'cindernative', 'nova'] as const;
export const CLIENT_STORAGES = ['local', 'swift', 'ssh', 's3', 'ftp', 'ftps'] as const;
export const CLIENT_ENGINES = ['tar', 'rsync', 'rsyncv2', 'nova', 'osbrick', 'glance'] as const;

export const ALERT_KINDS = ['overdue_job', 'stuck_job', 'failed_job', 'silent_client', 'old_backup'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export const ALERT_SEVERITIES = ['warning', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];
