import type { DocumentKind } from '@freezer/core';

/**
 * The fields that searches of the API, the scheduler, the command line and Horizon ask for. They are found without reading documents; any other
 * field is found by reading those of the project. A change here is a new step of the schema that writes terms and numbers anew.
 */
interface IndexedFields {
  /** Keys, at any depth, that are found within a project. */
  readonly keys: ReadonlySet<string>;
  /** Keys that are found over all projects too, because what they hold is rare: names of one thing. */
  readonly everywhere: ReadonlySet<string>;
  /** Paths of numbers that lists are sorted by or limited to. */
  readonly numbers: readonly string[];
}

const fields = (keys: string, everywhere: string, numbers: string): IndexedFields => ({
  keys: new Set([...keys.split(' '), ...everywhere.split(' ')]),
  everywhere: new Set(everywhere.split(' ')),
  numbers: numbers.split(' ').filter(Boolean),
});

export const INDEXED_FIELDS: Readonly<Record<DocumentKind, IndexedFields>> = {
  clients: fields('hostname', 'client_id uuid is_central', ''),
  jobs: fields(
    'status result event action backup_name hostname',
    'client_id job_id session_id action_id trust_id',
    'job_schedule.time_created job_schedule.time_started job_schedule.time_ended',
  ),
  actions: fields('action mode backup_name container storage hostname', 'action_id', ''),
  sessions: fields('status result', 'session_id', 'time_start time_end'),
  backups: fields(
    'status hostname host_name backup_name container action mode storage level curr_backup_level result',
    'backup_id job_id client_id action_id',
    'backup_metadata.time_stamp',
  ),
  runs: fields('status result action hostname backup_name', 'run_id job_id client_id session_id action_id backup_id', 'time_started time_ended'),
  leases: fields('name holder', 'lease_id', ''),
};
