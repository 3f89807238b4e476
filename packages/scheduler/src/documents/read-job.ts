import { JOB_RESULTS, JOB_STATUSES } from '@freezer/models';
import { parseSchedule } from '../triggers/parse-schedule.ts';
import type { PlanDefaults } from '../triggers/trigger.ts';
import type { JobContent, JobReading, ToldState } from './job-reading.ts';
import { kindOf, readActions } from './read-actions.ts';
import { resourcesOf } from './resources.ts';
import { TOLD_KEYS, USER_KEYS } from './schedule-keys.ts';
import { isObject, type JsonObject, respelled, weekdaysMoved } from './spelling.ts';
import { textHash } from './text-hash.ts';

const SCHEDULE: ReadonlySet<string> = new Set([...USER_KEYS, ...TOLD_KEYS]);

const JOB_KEYS: ReadonlySet<string> = new Set([
  'job_id',
  'project_id',
  'user_id',
  'client_id',
  'session_id',
  'session_tag',
  'session_name',
  'description',
  'job_schedule',
  'job_actions',
  'action_defaults',
  'user_credentials',
  'concurrency_key',
  '_version',
]);

export interface ReadJobOptions {
  readonly plan: PlanDefaults;
  /** For documents without one: a file's name stands for its job. */
  readonly jobId?: string;
}

/** What a document says: who it is, what it asks for, and all that is wrong with it. */
export interface JobFindings {
  readonly reading: JobReading;
  /** One line each, beginning with the key. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export const isJobId = (text: string): boolean => /^[\w-]+$/.test(text);

/** Reads a job document of any origin. A text says why it is none at all: it then has no id by which it could be known. */
export function findInJob(document: unknown, { plan, jobId: givenId }: ReadJobOptions): JobFindings | string {
  if (!isObject(document)) return `is ${kindOf(document)}; allowed: a JSON object`;
  const warnings: string[] = [];
  const problems: string[] = [];
  const job = respelled(document, '', JOB_KEYS, warnings);
  const jobId = textOf(job['job_id']) || (givenId ?? '');
  if (!isJobId(jobId)) return `job_id: '${jobId.slice(0, 60)}' is no id; allowed: letters, digits, _ and -`;
  for (const key of Object.keys(job)) if (!JOB_KEYS.has(key)) warnings.push(`${key}: is not known and is ignored`);
  const schedule = scheduleOf(job, problems, warnings);
  const { actions, priority } = readActions(job, problems, warnings);
  const parsed = parseSchedule(schedule, plan);
  if (parsed.ok) warnings.push(...parsed.warnings.map((text) => `job_schedule.${text}`));
  else problems.push(`job_schedule.${parsed.problem}`);
  const [message] = problems;
  const content: JobContent =
    message === undefined && parsed.ok ? { kind: 'job', plan: parsed.plan, actions, warnings } : { kind: 'problem', message: message ?? '' };
  const session = textOf(job['session_id']);
  const credentials = job['user_credentials'];
  const reading: JobReading = {
    jobId,
    description: textOf(job['description']),
    clientId: textOf(job['client_id']),
    projectId: textOf(job['project_id']) || undefined,
    trustId: (isObject(credentials) && textOf(credentials['trust_id'])) || undefined,
    sessionId: session === '' ? undefined : session,
    sessionTag: numberOf(job['session_tag'], 0),
    told: toldOf(schedule),
    content,
    scheduleKey: textKey([plan.zone, plan.jitter, plan.misfireGrace, session !== '', ...USER_KEYS.map((key) => schedule[key] ?? null)]),
    contentKey: textKey([
      USER_KEYS.map((key) => schedule[key] ?? null),
      ['job_actions', 'action_defaults', 'description', 'session_id', 'concurrency_key'].map((key) => job[key] ?? null),
    ]),
    priority,
    resources: resourcesOf(actions, textOf(job['concurrency_key'])),
    document,
  };
  return { reading, problems, warnings };
}

/** As `findInJob`, for those who only run jobs. */
export function readJob(document: unknown, options: ReadJobOptions): JobReading | string {
  const found = findInJob(document, options);
  return typeof found === 'string' ? found : found.reading;
}

function scheduleOf(job: JsonObject, problems: string[], warnings: string[]): JsonObject {
  const given = job['job_schedule'] ?? {};
  if (!isObject(given)) {
    problems.push(`job_schedule: is ${kindOf(given)}; allowed: an object`);
    return {};
  }
  const schedule = respelled(given, 'job_schedule.', SCHEDULE, warnings);
  for (const key of Object.keys(schedule)) if (!SCHEDULE.has(key)) warnings.push(`job_schedule.${key}: is not known and is ignored`);
  return weekdaysMoved(schedule, 'job_schedule.', warnings);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const numberOf = (value: unknown, byDefault: number): number => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.floor(number) : byDefault;
};

function toldOf(schedule: JsonObject): ToldState {
  const status = JOB_STATUSES.find((word) => word === schedule['status']) ?? '';
  const result = JOB_RESULTS.find((word) => word === schedule['result']) ?? '';
  const event = schedule['event'] ?? '';
  return {
    event: typeof event === 'string' ? event : JSON.stringify(event),
    status,
    result,
    timeCreated: numberOf(schedule['time_created'], -1),
    timeStarted: numberOf(schedule['time_started'], -1),
    timeEnded: numberOf(schedule['time_ended'], -1),
    nextRunAt: numberOf(schedule['next_run_at'], -1),
  };
}

/** The same for the same values. */
const textKey = (value: unknown): string => textHash(JSON.stringify(value));
