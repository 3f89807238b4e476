import { ApiError } from '@freezer/client-sdk';
import { FreezerError } from '@freezer/core';
import { ClientRequest } from '@freezer/models';
import * as z from 'zod';
import type { Capabilities } from '../run/action-policy.ts';
import type { ApiAccess } from './api-access.ts';

/** How this scheduler describes itself. */
export interface Registration {
  readonly clientId: string;
  readonly hostname: string;
  readonly central: boolean;
  readonly capabilities: Capabilities;
  /** Of this installation: two schedulers with one client id differ in it. */
  readonly instance: string;
  readonly version: string;
  /** Whether the server is ours. */
  readonly ours: boolean;
}

/** How long after its last sign of life a scheduler counts as gone, in seconds. */
const GONE_AFTER = 300;
/** How often a scheduler gives one. */
export const BEAT_SECONDS = 60;

const described = ({ clientId, hostname, central, capabilities, instance, version }: Registration, now: number) => {
  const { actions, modes, storages, engines } = capabilities;
  const request = ClientRequest.safeParse({
    client_id: clientId,
    hostname,
    ...(actions.length > 0 && { supported_actions: actions }),
    ...(modes.length > 0 && { supported_modes: modes }),
    ...(storages.length > 0 && { supported_storages: storages }),
    ...(engines.length > 0 && { supported_engines: engines }),
    is_central: central,
    instance_uuid: instance,
    version,
    last_seen: now,
  });
  if (!request.success) throw new FreezerError('invalid', `the API would not take this client: ${z.prettifyError(request.error)}`);
  return request.data;
};

/** Whether another scheduler that is alive works under the id. Servers that keep no `instance_uuid` cannot tell. */
async function isTaken(access: ApiAccess, { clientId, instance, ours }: Registration, now: number): Promise<boolean> {
  if (!ours) return false;
  const found = await access.client.clients.get(clientId);
  const record: Readonly<Record<string, unknown>> = found?.client ?? {};
  const [other, seen] = [record['instance_uuid'], record['last_seen']];
  return typeof other === 'string' && other !== instance && typeof seen === 'number' && now - seen < GONE_AFTER;
}

/**
 * Registers the client, unless another scheduler works under its id. Rejects with an `ApiError` when the API cannot be reached or does not
 * take it.
 */
export async function registerClient(access: ApiAccess, registration: Registration, now: number): Promise<'ours' | 'taken'> {
  if (await isTaken(access, registration, now)) return 'taken';
  try {
    await access.client.clients.create(described(registration, now));
  } catch (error) {
    // Registered before, with a server that takes it for an error.
    if (!ApiError.is(error, 'already_exists')) throw error;
  }
  // Of two that came at the same moment the later one is written down.
  return (await isTaken(access, registration, now)) ? 'taken' : 'ours';
}

/** A sign of life. Resolves to whether the id is still ours. */
export async function beat(access: ApiAccess, registration: Registration, now: number): Promise<'ours' | 'taken'> {
  if (!registration.ours) return 'ours';
  if (await isTaken(access, registration, now)) return 'taken';
  await access.client.clients.update(registration.clientId, { last_seen: now, instance_uuid: registration.instance });
  return 'ours';
}
