import type { DocumentKind } from '@freezer/core';

/**
 * The fields that searches of the API, the scheduler, the command line and Horizon ask for. They are found without reading documents; any other
 * field is found by reading those of the project. A change here is a new step of the schema that writes terms and numbers anew.
 */
interface IndexedFields {
  /** Keys at any depth, and paths from the top, that are found within a project. */
  readonly keys: ReadonlySet<string>;
  /** Those that are found over all projects too, because what they hold is rare: names of one thing. */
  readonly everywhere: ReadonlySet<string>;
  /** Paths of numbers that lists of a project are sorted by or limited to. */
  readonly numbers: readonly string[];
  /** Those that are looked for over all projects too. */
  readonly numbersEverywhere: readonly string[];
}

const listOf = (words: string): string[] => words.split(' ').filter(Boolean);

function fields(parts: {
  readonly keys?: string;
  readonly everywhere?: string;
  readonly numbers?: string;
  readonly numbersEverywhere?: string;
}): IndexedFields {
  const everywhere = listOf(parts.everywhere ?? '');
  return {
    keys: new Set([...listOf(parts.keys ?? ''), ...everywhere]),
    everywhere: new Set(everywhere),
    numbers: listOf(parts.numbers ?? ''),
    numbersEverywhere: listOf(parts.numbersEverywhere ?? ''),
  };
}

export const INDEXED_FIELDS: Readonly<Record<DocumentKind, IndexedFields>> = {
  clients: fields({ keys: 'hostname', everywhere: 'client_id client.client_id uuid client.uuid is_central' }),
  jobs: fields({
    keys: 'status job_schedule.status result event action mode backup_name container storage hostname',
    everywhere: 'client_id job_id session_id action_id trust_id user_credentials.trust_id',
    numbers: 'job_schedule.time_created job_schedule.time_started job_schedule.time_ended',
  }),
  actions: fields({ keys: 'action mode backup_name container storage hostname', everywhere: 'action_id' }),
  sessions: fields({ keys: 'status result client_id', everywhere: 'session_id', numbers: 'time_start time_end' }),
  backups: fields({
    keys: 'status hostname host_name backup_name container action mode storage level curr_backup_level result session_id',
    everywhere: 'backup_id job_id client_id',
    numbers: 'backup_metadata.time_stamp',
  }),
  runs: fields({
    keys: 'status result action',
    everywhere: 'run_id job_id client_id session_id',
    numbers: 'time_started time_ended',
    numbersEverywhere: 'time_ended',
  }),
  leases: fields({ keys: 'kind client_id', everywhere: 'name' }),
};
