import type { ActionChange, ActionRequest } from '@freezer/models';
import { operandOf, textOf } from '../command-line/command.ts';
import { actionOfFile } from '../documents/old-spellings.ts';
import { readDocument } from '../documents/read-document.ts';
import type { ShowResult } from '../output/write-result.ts';
import { cell, jsonOf, memberOf, type Raw, rawOf } from './cells.ts';
import { demandColumns, found, listed, listOptions } from './listing.ts';
import type { CommandContext, CommandFunction, Outcome } from './outcome.ts';

const TITLES = ['Action ID', 'Name', 'Action', 'Path to Backup or Restore', 'Mode', 'Storage', 'snapshot'];

// What Freezer's agent takes for an option that is absent is what its client shows.
const list: CommandFunction = (context) =>
  listed(context, context.client.actions, listOptions(context), TITLES, (document) => {
    const action = memberOf(document, 'freezer_action');
    return [
      cell(document, 'action_id'),
      cell(action, 'backup_name', ''),
      cell(action, 'action', 'backup'),
      cell(action, 'path_to_backup', ''),
      cell(action, 'mode', 'fs'),
      cell(action, 'storage', 'swift'),
      cell(action, 'snapshot', 'False'),
    ];
  });

function fieldsOf(raw: Raw): ShowResult {
  const action = memberOf(raw, 'freezer_action');
  return [
    ['Action ID', cell(raw, 'action_id')],
    ['Name', cell(action, 'backup_name', '')],
    ['Action', cell(action, 'action', 'backup')],
    ['Mode', cell(action, 'mode', 'fs')],
    ['Path to Backup or Restore', cell(action, 'path_to_backup', '')],
    ['Storage', cell(action, 'storage', 'swift')],
    ['Snapshot', cell(action, 'snapshot', 'False')],
    ['Container', cell(action, 'container', '')],
    ['Log_file', cell(action, 'log_file', '')],
    ['Remove_older_than', cell(action, 'remove_older_than', '365')],
    ['Max_retries_interval', cell(raw, 'max_retries_interval', '6')],
    ['Max_retries', cell(raw, 'max_retries', '5')],
    ['User_id', cell(raw, 'user_id', '')],
    ['Project_id', cell(raw, 'project_id', '')],
  ];
}

async function shown(context: CommandContext, id: string): Promise<Outcome> {
  const document = await found(context, context.client.actions, 'Action', id);
  return { kind: 'show', document: jsonOf(document), show: fieldsOf(rawOf(document)) };
}

const create: CommandFunction = async (context) => {
  demandColumns(context, fieldsOf({}));
  const document = actionOfFile(await readDocument(textOf(context.values, 'file') ?? '-', context.readInput), context.warn);
  const { id } = await context.client.actions.create(document as ActionRequest, { signal: context.signal });
  context.say(`Action ${id} created`);
  return shown(context, id);
};

const update: CommandFunction = async (context) => {
  demandColumns(context, fieldsOf({}));
  const id = operandOf(context.values, 'action_id');
  const change = actionOfFile(await readDocument(operandOf(context.values, 'file'), context.readInput), context.warn);
  await context.client.actions.update(id, change as ActionChange, { signal: context.signal });
  context.say(`Action ${id} updated`);
  return shown(context, id);
};

const remove: CommandFunction = async ({ client, values, signal }) => {
  const id = operandOf(values, 'action_id');
  await client.actions.delete(id, { signal });
  return { kind: 'done', document: { action_id: id, deleted: true }, message: `Action ${id} deleted` };
};

export const actionCommands: Readonly<Record<string, CommandFunction>> = {
  'action-list': list,
  'action-show': (context) => shown(context, operandOf(context.values, 'action_id')),
  'action-create': create,
  'action-update': update,
  'action-delete': remove,
};
