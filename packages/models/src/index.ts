export { ActionChange, ActionDocument, ActionRequest, FreezerAction, JobAction } from './documents/action.ts';
export { AlertDocument } from './documents/alert.ts';
export { BackupChange, BackupDocument, BackupMetadata, BackupRequest } from './documents/backup.ts';
export { ALL_CAPABILITIES, ClientChange, ClientConflict, ClientDocument, ClientRecord, ClientRequest } from './documents/client.ts';
export { JobChange, JobDocument, JobEvent, JobRequest, UserCredentials } from './documents/job.ts';
export { JobActionStatus, JobSchedule, SCHEDULE_KEYS, STATE_KEYS } from './documents/job-schedule.ts';
export { RUN_LOG_MAX_BYTES, RunDocument, RunRequest } from './documents/run.ts';
export { SessionAction, SessionChange, SessionDocument, SessionJob, SessionRequest } from './documents/session.ts';
export {
  ALERT_KINDS,
  ALERT_SEVERITIES,
  type AlertKind,
  type AlertSeverity,
  BACKUP_STATUSES,
  type BackupStatus,
  CLIENT_ACTIONS,
  CLIENT_ENGINES,
  CLIENT_MODES,
  CLIENT_STORAGES,
  JOB_ACTION_NAMES,
  JOB_EVENTS,
  JOB_MODES,
  JOB_RESULTS,
  JOB_STATUSES,
  type JobEventName,
  type JobResult,
  type JobStatus,
  SESSION_STATUSES,
  type SessionStatus,
} from './documents/words.ts';
export { MANIFEST_FORMAT, MANIFEST_MAX_BYTES, type Manifest, parseManifest } from './manifest.ts';
export { type MetadataFacts, type MetadataObject, readMetadataObject, writeMetadataObject } from './metadata-object.ts';
export { type JsonValue, pythonJson } from './python-json.ts';
export {
  LISTED,
  megabytes,
  type ResultDocument,
  type ResultFacts,
  resultDocument,
  type Sample,
  type SkippedItem,
  writeResultDocument,
} from './result-document.ts';
export {
  COMPRESSIONS,
  type Compression,
  ENCRYPTIONS,
  type Encryption,
  isCompression,
  RESULTS,
  type Result,
} from './vocabulary.ts';
