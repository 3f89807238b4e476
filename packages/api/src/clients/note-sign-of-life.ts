import { messageOf } from '@freezer/core';
import { changeDocument } from '../documents/change-document.ts';
import type { Exchange } from '../http/exchange.ts';
import { findClient, recordOf } from './client-item.ts';

/** With each poll a scheduler says who it is, so that it needs no request of its own to say that it is there. */
const INSTANCE_HEADER = 'x-freezer-instance';

/** That the scheduler which holds a client id polls. Written behind the answer, which does not wait for it. */
export function noteSignOfLife(exchange: Exchange, clientId: string): void {
  const { api } = exchange;
  const instance = exchange.header(INSTANCE_HEADER);
  if (instance === undefined || !api.signsOfLife.isDue(instance)) return;
  write(exchange, clientId, instance).catch((error: unknown) =>
    api.logger.warn({ client: clientId, reason: messageOf(error) }, 'that a client is there could not be written'),
  );
}

async function write({ api, scope }: Exchange, clientId: string, instance: string): Promise<void> {
  const now = api.seconds();
  const found = await findClient(api, scope, clientId);
  if (!found) return;
  await changeDocument(api.clients, found.id, scope, (document, current) => {
    const client = recordOf(current);
    // Who is not the client has to ask for it.
    return client['instance_uuid'] === instance ? { document: { ...document, client: { ...client, last_seen: now } } } : undefined;
  });
}
