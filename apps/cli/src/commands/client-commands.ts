import type { ClientRequest } from '@freezer/models';
import { operandOf, textOf } from '../command-line/command.ts';
import { readDocument } from '../documents/read-document.ts';
import type { ShowResult } from '../output/write-result.ts';
import { cell, jsonOf, memberOf, type Raw, rawOf } from './cells.ts';
import { demandColumns, found, listed, listOptions } from './listing.ts';
import type { CommandContext, CommandFunction, Outcome } from './outcome.ts';

const list: CommandFunction = (context) =>
  listed(context, context.client.clients, listOptions(context), ['Client ID', 'uuid', 'hostname', 'description'], (document) => {
    const client = memberOf(document, 'client');
    return ['client_id', 'uuid', 'hostname', 'description'].map((name) => cell(client, name, ''));
  });

function fieldsOf(document: Raw): ShowResult {
  const client = memberOf(document, 'client');
  return [
    ['Client ID', cell(client, 'client_id')],
    ['Client UUID', cell(client, 'uuid')],
    ['hostname', cell(client, 'hostname')],
    ['description', cell(client, 'description', '')],
  ];
}

async function shown(context: CommandContext, id: string): Promise<Outcome> {
  const document = await found(context, context.client.clients, 'Client', id);
  return { kind: 'show', document: jsonOf(document), show: fieldsOf(rawOf(document)) };
}

const register: CommandFunction = async (context) => {
  demandColumns(context, fieldsOf({}));
  const document = await readDocument(textOf(context.values, 'file') ?? '-', context.readInput);
  const id = await context.client.clients.create(document as ClientRequest, { signal: context.signal });
  context.say(`Client ${id} registered`);
  return shown(context, id);
};

const remove: CommandFunction = async ({ client, values, signal }) => {
  const id = operandOf(values, 'client_id');
  await client.clients.delete(id, { signal });
  return { kind: 'done', document: { client_id: id, deleted: true }, message: `Client ${id} deleted` };
};

export const clientCommands: Readonly<Record<string, CommandFunction>> = {
  'client-list': list,
  'client-show': (context) => shown(context, operandOf(context.values, 'client_id')),
  'client-register': register,
  'client-delete': remove,
};
