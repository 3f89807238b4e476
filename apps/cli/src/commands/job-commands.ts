import type { JobListOptions } from '@freezer/client-sdk';
import { FreezerError } from '@freezer/core';
import type { JobChange, JobRequest } from '@freezer/models';
import { isGiven, operandOf, textOf } from '../command-line/command.ts';
import { hasActionFlags, jobOfFlags, scheduleOfFlags } from '../documents/job-of-flags.ts';
import { jobOfFile } from '../documents/old-spellings.ts';
import { type Document, readDocument } from '../documents/read-document.ts';
import { prettyPython } from '../output/pretty-python.ts';
import { pythonLiteralAsIs } from '../output/python-text.ts';
import type { ShowResult } from '../output/write-result.ts';
import { cell, countOf, jsonOf, memberOf, type Raw, rawOf } from './cells.ts';
import { followJob } from './follow-job.ts';
import { demandColumns, found, listed, listOptions } from './listing.ts';
import type { CommandContext, CommandFunction, Outcome } from './outcome.ts';

const TITLES = ['Job ID', 'Description', '# Actions', 'Result', 'Status', 'Event', 'Session ID'];

const list: CommandFunction = (context) => {
  const clientId = textOf(context.values, 'client');
  const options: JobListOptions = {
    ...listOptions(context),
    ...(clientId !== undefined && { clientId }),
    ...(isGiven(context.values, 'all-projects') && { allProjects: true }),
  };
  return listed(context, context.client.jobs, options, TITLES, (document) => {
    const schedule = memberOf(document, 'job_schedule');
    return [
      cell(document, 'job_id'),
      cell(document, 'description'),
      countOf(document['job_actions']),
      ...['result', 'status', 'event'].map((name) => cell(schedule, name, '')),
      cell(document, 'session_id', ''),
    ];
  });
};

function fieldsOf(raw: Raw): ShowResult {
  const schedule = memberOf(raw, 'job_schedule');
  return [
    ['Job ID', cell(raw, 'job_id')],
    ['Client ID', cell(raw, 'client_id')],
    ['User ID', cell(raw, 'user_id')],
    ['Session ID', cell(raw, 'session_id', '')],
    ['Description', cell(raw, 'description')],
    ['Actions', prettyPython(raw['job_actions'])],
    ['Start Date', cell(schedule, 'schedule_start_date', '')],
    ['End Date', cell(schedule, 'schedule_end_date', '')],
    ['Interval', cell(schedule, 'schedule_interval', '')],
    ['Status', cell(schedule, 'status', '')],
    ['Result', cell(schedule, 'result', '')],
    ['Current pid', cell(schedule, 'current_pid', '')],
    ['Event', cell(schedule, 'event', '')],
  ];
}

async function shown(context: CommandContext, id: string, exitCode?: number): Promise<Outcome> {
  const document = await found(context, context.client.jobs, 'Job', id);
  return { kind: 'show', document: jsonOf(document), show: fieldsOf(rawOf(document)), ...(exitCode !== undefined && { exitCode }) };
}

/** Freezer's client prints a job as Python has it, for people and `ast.literal_eval`; `--json` is for everything else. */
const get: CommandFunction = async (context) => {
  const document = await found(context, context.client.jobs, 'Job', operandOf(context.values, 'job_id'));
  const value = jsonOf(document);
  const text = isGiven(context.values, 'no-format') ? pythonLiteralAsIs(value) : prettyPython(value);
  return { kind: 'text', document: value, text: `${text}\n` };
};

async function newJob(context: CommandContext): Promise<Document> {
  const { values } = context;
  const file = textOf(values, 'file');
  const hasFlags = hasActionFlags(values);
  if (file !== undefined && hasFlags) throw new FreezerError('invalid', 'job-create takes the action from --file or from options, not from both');
  if (file === undefined && !hasFlags)
    throw new FreezerError('invalid', "job-create needs --file FILE, or options such as --path and --backup-name; 'freezer help job-create' says more");
  const job = file === undefined ? jobOfFlags(values) : jobOfFile(await readDocument(file, context.readInput), context.warn);
  const schedule = scheduleOfFlags(values);
  if (Object.keys(schedule).length > 0) job['job_schedule'] = { ...(job['job_schedule'] as object | undefined), ...schedule };
  const description = textOf(values, 'description');
  if (description !== undefined) job['description'] = description;
  const client = textOf(values, 'client');
  if (client !== undefined) job['client_id'] = client;
  if (typeof job['client_id'] !== 'string' || job['client_id'] === '')
    throw new FreezerError('invalid', 'job-create needs --client CLIENT_ID: the host that runs the job');
  return job;
}

const create: CommandFunction = async (context) => {
  demandColumns(context, fieldsOf({}));
  const job = await newJob(context);
  const { id } = await context.client.jobs.create(job as JobRequest, { signal: context.signal });
  context.say(`Job ${id} created`);
  if (!isGiven(context.values, 'wait')) return shown(context, id);
  await context.client.jobs.start(id, { signal: context.signal });
  return shown(context, id, await followJob(context, id));
};

const update: CommandFunction = async (context) => {
  demandColumns(context, fieldsOf({}));
  const id = operandOf(context.values, 'job_id');
  const change = jobOfFile(await readDocument(operandOf(context.values, 'file'), context.readInput), context.warn);
  await context.client.jobs.update(id, change as JobChange, { signal: context.signal });
  context.say(`Job ${id} updated`);
  return shown(context, id);
};

function wish(name: 'start' | 'stop' | 'abort'): CommandFunction {
  const title = `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;
  return async (context) => {
    const id = operandOf(context.values, 'job_id');
    const { result } = await context.client.jobs.request(id, name, { signal: context.signal });
    const message = result === 'success' ? `${title} request sent for job ${id}` : `Job ${id}: ${result}`;
    if (!isGiven(context.values, 'wait')) return { kind: 'done', document: { job_id: id, result }, message };
    context.say(message);
    const exitCode = await followJob(context, id);
    const job = await found(context, context.client.jobs, 'Job', id);
    return { kind: 'done', document: jsonOf(job), exitCode, message: `Job ${id}: ${job.job_schedule.result ?? ''}` };
  };
}

const remove: CommandFunction = async ({ client, values, signal }) => {
  const id = operandOf(values, 'job_id');
  await client.jobs.delete(id, { signal });
  return { kind: 'done', document: { job_id: id, deleted: true }, message: `Job ${id} deleted` };
};

export const jobCommands: Readonly<Record<string, CommandFunction>> = {
  'job-list': list,
  'job-show': (context) => shown(context, operandOf(context.values, 'job_id')),
  'job-get': get,
  'job-create': create,
  'job-update': update,
  'job-start': wish('start'),
  'job-stop': wish('stop'),
  'job-abort': wish('abort'),
  'job-delete': remove,
};
