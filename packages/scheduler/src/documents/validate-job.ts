import { JOB_ACTION_NAMES, JOB_EVENTS, JOB_MODES, JobDocument } from '@freezer/models';
import type { PlanDefaults } from '../triggers/trigger.ts';
import { kindOf } from './read-actions.ts';
import { findInJob } from './read-job.ts';

/** What is to be said of a job document, one line each: the key, what is wrong with it, what is allowed. */
export interface Validation {
  /** With these it does not run. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Looks at everything that can be seen without a host and an API. */
export function validateJob(document: unknown, options: { readonly plan: PlanDefaults; readonly jobId?: string }): Validation {
  const found = findInJob(document, options);
  if (typeof found === 'string') return { problems: [oneLine(found)], warnings: [] };
  const { reading, warnings } = found;
  const problems = [...found.problems];
  const { clientId, told } = reading;
  if (clientId !== '' && !JobDocument.shape.client_id.safeParse(clientId).success)
    problems.push(`client_id: '${clientId.slice(0, 60)}' is no client id; allowed: a host name, with <project id>_ before it or without`);
  if (!JOB_EVENTS.some((word) => word === told.event))
    problems.push(`job_schedule.event: '${told.event.slice(0, 60)}' is not known; allowed: ${JOB_EVENTS.filter((word) => word !== '').join(', ')}`);
  if (reading.content.kind === 'job') {
    for (const [index, { action, values }] of reading.content.actions.entries())
      problems.push(...wordProblems(action, values['mode'], `job_actions[${index}].freezer_action`));
  }
  return { problems: problems.map(oneLine), warnings: warnings.map(oneLine) };
}

function wordProblems(action: string, mode: unknown, where: string): string[] {
  const problems: string[] = [];
  if (!JOB_ACTION_NAMES.some((word) => word === action))
    problems.push(`${where}.action: '${action.slice(0, 60)}' is not known; allowed: ${JOB_ACTION_NAMES.join(', ')}`);
  const hasMode = mode !== undefined && mode !== null && mode !== '';
  if (hasMode && !JOB_MODES.some((word) => word === mode))
    problems.push(`${where}.mode: '${(typeof mode === 'string' ? mode : kindOf(mode)).slice(0, 60)}' is not known; allowed: ${JOB_MODES.join(', ')}`);
  return problems;
}

const oneLine = (text: string): string => text.replaceAll(/\s*[\n\r]+\s*/g, ' ');
