import type { ClientChange, ClientDocument, ClientRequest } from '@freezer/models';
import type { Caller, CallOptions } from '../caller.ts';
import { Collection, type Root, type WriteOptions } from './collection.ts';

/** Hosts that have registered. */
export class Clients extends Collection<ClientDocument> {
  constructor(caller: Caller, root: Root) {
    super(caller, root, { plural: 'clients', singular: 'client', idKey: 'client_id' });
  }

  /** Registers a client; resolves with its id. Old servers answer `already_exists` when it is registered, newer ones update it. */
  async create(client: ClientRequest, options: CallOptions = {}): Promise<string> {
    return (await this.post(client, undefined, options)).id;
  }

  /** Our server only. */
  async update(clientId: string, change: ClientChange, options: WriteOptions = {}): Promise<void> {
    await this.patch(clientId, change, options);
  }
}
