import type { Stored } from '@freezer/core';
import { findClient, recordOf } from '../clients/client-item.ts';
import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';
import type { Exchange } from '../http/exchange.ts';
import { unprocessable } from '../http/problem.ts';

const CAPABILITIES = [
  ['action', 'supported_actions', ['action']],
  ['mode', 'supported_modes', ['mode']],
  ['storage', 'supported_storages', ['storage']],
  ['engine', 'supported_engines', ['engine_name', 'engine']],
] as const;

/** The client that a job is for; version 1 knows jobs for clients that never registered. Fails with 422. */
export async function clientOfJob(exchange: Exchange, clientId: string, entries: readonly Item[]): Promise<Stored<Item> | undefined> {
  const client = await findClient(exchange.api, exchange.scope, clientId);
  if (exchange.isV1) return client;
  if (!client) throw unprocessable(`Client not found with ID ${clientId}`);
  const record = recordOf(client);
  for (const { freezer_action: action } of entries) if (isObject(action)) refuseUnsupported(clientId, record, action);
  return client;
}

function refuseUnsupported(clientId: string, record: Item, action: Item): void {
  for (const [word, list, keys] of CAPABILITIES) {
    const supported = record[list];
    if (!Array.isArray(supported)) continue;
    for (const key of keys) {
      const value = action[key];
      if (typeof value === 'string' && value !== '' && !supported.includes(value)) throw unprocessable(`Client ${clientId} does not support ${word}: ${value}`);
    }
  }
}
