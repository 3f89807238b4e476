import type { BackupRequest } from '@freezer/models';
import { formatInstant } from '@freezer/terminal';
import { operandOf, textOf } from '../command-line/command.ts';
import { readDocument } from '../documents/read-document.ts';
import { prettyPython } from '../output/pretty-python.ts';
import type { ShowResult } from '../output/write-result.ts';
import { cell, jsonOf, memberOf, type Raw, rawOf } from './cells.ts';
import { demandColumns, found, listed, listOptions } from './listing.ts';
import type { CommandContext, CommandFunction, Outcome } from './outcome.ts';

const TITLES = ['Backup ID', 'Backup UUID', 'Hostname', 'Path', 'Created at', 'Level'];

/** Epoch seconds, which old agents sent as a text; undefined when it says no time. */
function timeOf(document: Raw): number | undefined {
  const stamp = memberOf(document, 'backup_metadata')['time_stamp'];
  const seconds = typeof stamp === 'string' && /^\d+$/.test(stamp) ? Number(stamp) : stamp;
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : undefined;
}

const list: CommandFunction = async (context) => {
  const outcome = await listed(context, context.client.backups, listOptions(context), TITLES, (document) => {
    const metadata = memberOf(document, 'backup_metadata');
    const time = timeOf(document);
    return [
      cell(document, 'backup_id', ''),
      cell(document, 'backup_uuid', ''),
      cell(metadata, 'hostname', cell(metadata, 'host_name', '')),
      cell(metadata, 'path_to_backup', ''),
      time === undefined ? '' : formatInstant(time),
      cell(metadata, 'curr_backup_level', ''),
    ];
  });
  if (outcome.kind !== 'list') return outcome;
  const documents = outcome.document as readonly Raw[];
  const order = documents.map((document, index) => ({ index, time: timeOf(document) ?? Number.NEGATIVE_INFINITY }));
  order.sort((a, b) => (a.time === b.time ? a.index - b.index : a.time - b.time));
  return {
    ...outcome,
    document: jsonOf(order.map(({ index }) => documents[index])),
    list: { titles: TITLES, rows: order.map(({ index }) => outcome.list.rows[index] ?? []) },
  };
};

function fieldsOf(raw: Raw): ShowResult {
  return [
    // Freezer's client looks for `backup_uuid`, which servers no longer send, and prints None.
    ['Backup ID', cell(raw, 'backup_id', cell(raw, 'backup_uuid'))],
    ['Project ID', cell(raw, 'project_id')],
    ['User ID', cell(raw, 'user_id')],
    ['User name', cell(raw, 'user_name')],
    ['Metadata', prettyPython(raw['backup_metadata'])],
  ];
}

async function shown(context: CommandContext, id: string): Promise<Outcome> {
  const document = await found(context, context.client.backups, 'Backup', id);
  return { kind: 'show', document: jsonOf(document), show: fieldsOf(rawOf(document)) };
}

const create: CommandFunction = async (context) => {
  demandColumns(context, fieldsOf({}));
  const document = await readDocument(textOf(context.values, 'file') ?? '-', context.readInput);
  const id = await context.client.backups.create(document as BackupRequest, { signal: context.signal });
  context.say(`Backup ${id} created`);
  return shown(context, id);
};

const remove: CommandFunction = async ({ client, values, signal }) => {
  const id = operandOf(values, 'backup_id');
  await client.backups.delete(id, { signal });
  return { kind: 'done', document: { backup_id: id, deleted: true }, message: `Backup ${id} deleted` };
};

export const backupCommands: Readonly<Record<string, CommandFunction>> = {
  'backup-list': list,
  'backup-show': (context) => shown(context, operandOf(context.values, 'backup_id')),
  'backup-create': create,
  'backup-delete': remove,
};
