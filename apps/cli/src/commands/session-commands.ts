import { FreezerError } from '@freezer/core';
import type { SessionChange, SessionRequest } from '@freezer/models';
import { operandOf, textOf } from '../command-line/command.ts';
import { sessionOfFile } from '../documents/old-spellings.ts';
import { readDocument } from '../documents/read-document.ts';
import { prettyPython } from '../output/pretty-python.ts';
import type { ShowResult } from '../output/write-result.ts';
import { cell, countOf, jsonOf, type Raw, rawOf } from './cells.ts';
import { demandColumns, found, listed, listOptions } from './listing.ts';
import type { CommandContext, CommandFunction, Outcome } from './outcome.ts';

const list: CommandFunction = (context) =>
  listed(context, context.client.sessions, listOptions(context), ['Session ID', 'Description', 'Status', 'Result', '# Jobs'], (document) => [
    cell(document, 'session_id', ''),
    cell(document, 'description', ''),
    cell(document, 'status', ''),
    cell(document, 'result', ''),
    countOf(document['jobs']),
  ]);

function fieldsOf(raw: Raw): ShowResult {
  return [
    ['Session ID', cell(raw, 'session_id')],
    ['Session tag', cell(raw, 'session_tag')],
    ['Description', cell(raw, 'description')],
    ['Status', cell(raw, 'status')],
    ['Result', cell(raw, 'result')],
    ['Jobs', prettyPython(raw['jobs'])],
    ['Hold off', cell(raw, 'hold_off')],
    ['Schedule', prettyPython(raw['schedule'])],
    ['Last start', cell(raw, 'last_start')],
    ['Time start', cell(raw, 'time_start')],
    ['Time end', cell(raw, 'time_end')],
    ['Project id', cell(raw, 'project_id')],
    ['User id', cell(raw, 'user_id')],
  ];
}

async function shown(context: CommandContext, id: string): Promise<Outcome> {
  const document = await found(context, context.client.sessions, 'Session', id);
  return { kind: 'show', document: jsonOf(document), show: fieldsOf(rawOf(document)) };
}

const create: CommandFunction = async (context) => {
  demandColumns(context, fieldsOf({}));
  const document = sessionOfFile(await readDocument(textOf(context.values, 'file') ?? '-', context.readInput), context.warn);
  const { id } = await context.client.sessions.create(document as SessionRequest, { signal: context.signal });
  context.say(`Session ${id} created`);
  return shown(context, id);
};

const update: CommandFunction = async (context) => {
  demandColumns(context, fieldsOf({}));
  const id = operandOf(context.values, 'session_id');
  const change = sessionOfFile(await readDocument(operandOf(context.values, 'file'), context.readInput), context.warn);
  await context.client.sessions.update(id, change as SessionChange, { signal: context.signal });
  context.say(`Session ${id} updated`);
  return shown(context, id);
};

const remove: CommandFunction = async (context) => {
  const id = operandOf(context.values, 'session_id');
  await found(context, context.client.sessions, 'Session', id);
  await context.client.sessions.delete(id, { signal: context.signal });
  return { kind: 'done', document: { session_id: id, deleted: true }, message: `Session ${id} deleted` };
};

function membersOf({ values }: CommandContext): { readonly session: string; readonly job: string } {
  return { session: textOf(values, 'session-id') ?? '', job: textOf(values, 'job-id') ?? '' };
}

const addJob: CommandFunction = async (context) => {
  const { session, job } = membersOf(context);
  await context.client.sessions.addJob(session, job, { signal: context.signal });
  return { kind: 'done', document: { session_id: session, job_id: job, added: true }, message: `Job ${job} added correctly to session ${session}` };
};

const removeJob: CommandFunction = async (context) => {
  const { session, job } = membersOf(context);
  await context.client.sessions.removeJob(session, job, { signal: context.signal });
  return { kind: 'done', document: { session_id: session, job_id: job, removed: true }, message: `Job ${job} removed correctly from session ${session}` };
};

const start: CommandFunction = async (context) => {
  const { session, job } = membersOf(context);
  const tag = textOf(context.values, 'job-tag') ?? '';
  if (!/^\d+$/.test(tag)) throw new FreezerError('invalid', `--job-tag '${tag}': it must be a number from 0`);
  await found(context, context.client.sessions, 'Session', session);
  const { result, sessionTag } = await context.client.sessions.start(session, { jobId: job, tag: Number(tag) }, { signal: context.signal });
  return {
    kind: 'done',
    document: { session_id: session, job_id: job, result, session_tag: sessionTag ?? null },
    message: `Session ${session} start requested: ${result}, tag ${sessionTag ?? 'unknown'}`,
  };
};

export const sessionCommands: Readonly<Record<string, CommandFunction>> = {
  'session-list': list,
  'session-show': (context) => shown(context, operandOf(context.values, 'session_id')),
  'session-create': create,
  'session-update': update,
  'session-delete': remove,
  'session-add-job': addJob,
  'session-remove-job': removeJob,
  'session-start': start,
};
