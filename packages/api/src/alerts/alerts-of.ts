import type { AlertDocument, AlertKind, AlertSeverity } from '@freezer/models';
import type { AlertLimits } from '../api-deps.ts';
import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';
import { periodOf } from './period.ts';

/** What is known of a project, or of all. Times are epoch seconds. */
export interface AlertFacts {
  readonly jobs: readonly Item[];
  /** By `<project>/<client id>`: when the client was last heard of. One that is not in it was never heard of by this server. */
  readonly heard: ReadonlyMap<string, number>;
  /** By `jobName`, of jobs whose last run was no success: when one was, last. */
  readonly lastGood: ReadonlyMap<string, number>;
  readonly now: number;
  readonly limits: AlertLimits;
}

/** The state of the regularly saved sets: for metrics. */
export interface SetAge {
  readonly projectId: string;
  readonly jobId: string;
  readonly backupSet: string;
  /** Epoch seconds; undefined: no good point is known. */
  readonly lastGood: number | undefined;
}

const scheduleOf = (job: Item): Item => (isObject(job['job_schedule']) ? job['job_schedule'] : {});
const timeOf = (schedule: Item, key: string): number | undefined => {
  const value = schedule[key];
  return typeof value === 'number' && value > 0 ? value : undefined;
};

/** A date of a schedule; one without zone counts as UTC. */
function dateOf(schedule: Item, key: string): number | undefined {
  const text = schedule[key];
  if (typeof text !== 'string') return undefined;
  const milliseconds = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** A job that its scheduler is to run: not stopped, not done, not removed. */
export function isActive(job: Item): boolean {
  const { status = '', event = '' } = scheduleOf(job);
  return ['', 'scheduled', 'running'].includes(String(status)) && event !== 'stop' && event !== 'abort';
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The set that a job saves into: `<container>/<host>_<backup name>`; undefined when it saves none. */
export function backupSetOf(job: Item): string | undefined {
  const entries = Array.isArray(job['job_actions']) ? job['job_actions'] : [];
  for (const entry of entries) {
    const action = isObject(entry) ? entry['freezer_action'] : undefined;
    if (!isObject(action) || (action['action'] ?? 'backup') !== 'backup') continue;
    const host = typeof action['hostname'] === 'string' ? action['hostname'] : String(job['client_id']);
    return `${textOf(action['container'])}/${host}_${textOf(action['backup_name'])}`;
  }
  return undefined;
}

/** Everything that needs attention, the same things under the same ids as long as they last. */
export function alertsOf(facts: AlertFacts): AlertDocument[] {
  return [...facts.jobs.flatMap((job) => [...alertsOfRun(job, facts), ...overdue(job, facts), ...oldSet(job, facts)]), ...silentClients(facts)];
}

interface Found {
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly message: string;
  readonly since: number;
}

const alert = (job: Item, { now }: AlertFacts, { kind, severity, message, since }: Found, more: Item = {}): AlertDocument => ({
  alert_id: `${kind}-${String(job['job_id'])}`,
  project_id: String(job['project_id']),
  kind,
  severity,
  message,
  since: Math.floor(since),
  age: Math.max(0, Math.floor(now - since)),
  job_id: String(job['job_id']),
  client_id: String(job['client_id']),
  ...more,
});

/** What a person reads of a job. */
const nameOf = (job: Item): string => String(job['description'] || job['job_id']);

function alertsOfRun(job: Item, facts: AlertFacts): AlertDocument[] {
  const schedule = scheduleOf(job);
  const { status, result, message } = schedule;
  const started = timeOf(schedule, 'time_started');
  if (status === 'running') {
    if (started === undefined || facts.now - started <= facts.limits.stuckAfter) return [];
    return [alert(job, facts, { kind: 'stuck_job', severity: 'critical', message: `Job ${nameOf(job)} has been running for a long time`, since: started })];
  }
  if (result !== 'fail' && result !== 'aborted' && result !== 'partial') return [];
  const reason = typeof message === 'string' && message !== '' ? `: ${message}` : '';
  const since = timeOf(schedule, 'time_ended') ?? started ?? facts.now;
  const severity = result === 'fail' ? 'critical' : 'warning';
  return [alert(job, facts, { kind: 'failed_job', severity, message: `The last run of job ${nameOf(job)} was ${result}${reason}`, since })];
}

/** When a run should have begun that has not; undefined when none is known to be due. */
function dueOf(schedule: Item): number | undefined {
  const { status = '' } = schedule;
  if (status === 'running') return undefined;
  const planned = timeOf(schedule, 'next_run_at');
  if (planned !== undefined) return planned;
  const started = timeOf(schedule, 'time_started');
  const begin = Math.max(dateOf(schedule, 'schedule_start_date') ?? 0, timeOf(schedule, 'time_created') ?? 0);
  const once = dateOf(schedule, 'schedule_date');
  if (once !== undefined) return started === undefined ? Math.max(once, begin) : undefined;
  const period = periodOf(schedule);
  if (period !== undefined) return begin === 0 && started === undefined ? undefined : Math.max(started ?? 0, begin) + period;
  return started === undefined && begin > 0 ? begin : undefined;
}

function overdue(job: Item, facts: AlertFacts): AlertDocument[] {
  const schedule = scheduleOf(job);
  if (!isActive(job) || schedule['schedule_interval'] === 'continuous') return [];
  const due = dueOf(schedule);
  const end = dateOf(schedule, 'schedule_end_date');
  if (due === undefined || (end !== undefined && due > end) || facts.now - due <= facts.limits.overdueAfter) return [];
  return [alert(job, facts, { kind: 'overdue_job', severity: 'critical', message: `Job ${nameOf(job)} should have run`, since: due })];
}

/** Two projects may have jobs of one id. */
export const jobName = (job: Item): string => `${String(job['project_id'])}/${String(job['job_id'])}`;

/** When the job last saved a good point, as far as its own document and its runs tell. */
function lastGoodOf(job: Item, lastGood: ReadonlyMap<string, number>): number | undefined {
  const schedule = scheduleOf(job);
  return schedule['result'] === 'success' ? timeOf(schedule, 'time_ended') : lastGood.get(jobName(job));
}

function oldSet(job: Item, facts: AlertFacts): AlertDocument[] {
  const schedule = scheduleOf(job);
  const period = periodOf(schedule);
  const set = backupSetOf(job);
  if (period === undefined || set === undefined || !isActive(job)) return [];
  const good = lastGoodOf(job, facts.lastGood);
  const begin = Math.max(dateOf(schedule, 'schedule_start_date') ?? 0, timeOf(schedule, 'time_created') ?? 0);
  const since = good ?? (begin > 0 ? begin : undefined);
  if (since === undefined || facts.now - since <= period + facts.limits.oldAfter) return [];
  const message = good === undefined ? `Set ${set} has no good point` : `The last good point of set ${set} is old`;
  return [alert(job, facts, { kind: 'old_backup', severity: 'critical', message, since }, { backup_set: set })];
}

export const clientName = (projectId: unknown, clientId: unknown): string => `${String(projectId)}/${String(clientId)}`;

function silentClients({ jobs, heard, now, limits }: AlertFacts): AlertDocument[] {
  const active = new Map<string, Item>(jobs.filter(isActive).map((job) => [clientName(job['project_id'], job['client_id']), job]));
  return [...active].flatMap(([name, job]) => {
    const since = heard.get(name);
    if (since === undefined || now - since <= limits.silentAfter) return [];
    return [
      {
        alert_id: `silent_client-${name}`,
        project_id: String(job['project_id']),
        kind: 'silent_client' as const,
        severity: 'critical' as const,
        message: `Client ${String(job['client_id'])} has active jobs and does not ask for them`,
        since: Math.floor(since),
        age: Math.floor(now - since),
        client_id: String(job['client_id']),
      },
    ];
  });
}

/** Of each set that an active job saves regularly, when that was last good. */
export function setAgesOf({ jobs, lastGood }: Pick<AlertFacts, 'jobs' | 'lastGood'>): SetAge[] {
  return jobs.flatMap((job) => {
    const backupSet = backupSetOf(job);
    if (backupSet === undefined || !isActive(job) || periodOf(scheduleOf(job)) === undefined) return [];
    return [{ projectId: String(job['project_id']), jobId: String(job['job_id']), backupSet, lastGood: lastGoodOf(job, lastGood) }];
  });
}
