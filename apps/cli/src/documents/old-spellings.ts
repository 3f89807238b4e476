import type { Document } from './read-document.ts';

type Warn = (text: string) => void;

const RENAMED: Readonly<Record<string, string>> = {
  job_action: 'job_actions',
  actions: 'job_actions',
  schedule: 'job_schedule',
  max_retry_interval: 'max_retries_interval',
};
const ACTION_RENAMED: Readonly<Record<string, string>> = { engine: 'engine_name', max_backup_level: 'max_level', src_file: 'path_to_backup' };
const DATES = ['schedule_date', 'schedule_start_date', 'schedule_end_date'];

const isObject = (value: unknown): value is Document => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A job as the API wants it, from one as old guides write it: keys with dashes, `job-action`, empty dates.
 * Each change is warned of; what stands there under both names keeps the right one.
 */
export function jobOfFile(document: Document, warn: Warn): Document {
  const job = renamed(document, RENAMED, warn);
  const { job_actions: actions, job_schedule: schedule } = job;
  return {
    ...job,
    ...(Array.isArray(actions) && { job_actions: actions.map((each: unknown) => (isObject(each) ? actionOfFile(each, warn) : each)) }),
    ...(isObject(schedule) && { job_schedule: scheduleOfFile(schedule, warn) }),
    ...(isObject(job['action_defaults']) && { action_defaults: renamed(job['action_defaults'], {}, warn) }),
  };
}

export function sessionOfFile(document: Document, warn: Warn): Document {
  const session = renamed(document, {}, warn);
  return { ...session, ...(isObject(session['schedule']) && { schedule: scheduleOfFile(session['schedule'], warn) }) };
}

export function actionOfFile(document: Document, warn: Warn): Document {
  const action = renamed(document, { max_retry_interval: 'max_retries_interval' }, warn);
  const inner = action['freezer_action'];
  return { ...action, ...(isObject(inner) && { freezer_action: renamed(inner, onlyMissing(inner), warn) }) };
}

// `engine` is an option of its own in newer agents: it is renamed only where the name that agents of Python read is not given.
function onlyMissing(action: Document): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(ACTION_RENAMED).filter(([from, to]) => action[from] !== undefined && action[to] === undefined));
}

function scheduleOfFile(document: Document, warn: Warn): Document {
  const schedule = renamed(document, {}, warn);
  for (const name of DATES) {
    if (schedule[name] !== '') continue;
    warn(`the empty ${name} is left out`);
    delete schedule[name];
  }
  return schedule;
}

function renamed(document: Document, names: Readonly<Record<string, string>>, warn: Warn): Document {
  const result: Document = {};
  for (const [key, value] of Object.entries(document)) {
    const plain = key.replaceAll('-', '_');
    const name = names[plain] ?? plain;
    if (name === key) result[key] = value;
    else if (Object.hasOwn(document, name)) warn(`'${key}' is left out, because '${name}' is there, too`);
    else {
      warn(`'${key}' is read as '${name}'`);
      result[name] = value;
    }
  }
  return result;
}
