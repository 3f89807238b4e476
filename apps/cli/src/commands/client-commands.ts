import type { ClientRequest } from '@freezer/models';
import { operandOf, textOf } from '../command-line/command.ts';
import { readDocument } from '../documents/read-document.ts';
import { cell, jsonOf, memberOf, rawOf } from './cells.ts';
import { found, listed, listOptions } from './listing.ts';
import type { CommandContext, CommandFunction, Outcome } from './outcome.ts';

const list: CommandFunction = (context) =>
  listed(context, context.client.clients, listOptions(context), ['Client ID', 'uuid', 'hostname', 'description'], (document) => {
    const client = memberOf(document, 'client');
    return ['client_id', 'uuid', 'hostname', 'description'].map((name) => cell(client, name, ''));
  });

async function shown(context: CommandContext, id: string): Promise<Outcome> {
  const document = await found(context, context.client.clients, 'Client', id);
  const client = memberOf(rawOf(document), 'client');
  return {
    kind: 'show',
    document: jsonOf(document),
    show: [
      ['Client ID', cell(client, 'client_id')],
      ['Client UUID', cell(client, 'uuid')],
      ['hostname', cell(client, 'hostname')],
      ['description', cell(client, 'description', '')],
    ],
  };
}

const register: CommandFunction = async (context) => {
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
