import { ApiError, type CallOptions } from '@freezer/client-sdk';
import { FreezerError } from '@freezer/core';
import { type ClientRecord, ClientRequest } from '@freezer/models';
import * as z from 'zod';
import type { Capabilities } from '../run/action-policy.ts';
import { isAlive, isSameKernel, namespaceOfProcesses, type ProcessMark } from '../run/process-mark.ts';
import type { ApiAccess } from './api-access.ts';

/** How this scheduler describes itself. */
export interface Registration {
  readonly clientId: string;
  readonly hostname: string;
  readonly central: boolean;
  readonly capabilities: Capabilities;
  /** Of this installation: two schedulers with one client id differ in it. */
  readonly instance: string;
  readonly process: ProcessMark;
  readonly version: string;
  readonly os: string;
  readonly arch: string;
  readonly timezone: string;
  /** Epoch seconds. */
  readonly startedAt: number;
  /** Seconds between two signs of life; after three of them without one, another scheduler may take the id. */
  readonly beatSeconds: number;
  /** Whether the server is ours. */
  readonly ours: boolean;
}

/** Whose the client id is. */
export type Claim = 'ours' | 'taken';

const identityOf = ({ instance, process, beatSeconds }: Registration) => ({
  instance_uuid: instance,
  poll_interval: beatSeconds,
  state: 'running' as const,
  process: { ...process, namespace: namespaceOfProcesses() },
});

/** A server of Python is told what its own scheduler tells. */
function described(registration: Registration): ClientRequest {
  const { clientId, hostname, central, capabilities, version, os, arch, timezone, startedAt, ours } = registration;
  const { actions, modes, storages, engines } = capabilities;
  const request = ClientRequest.safeParse({
    client_id: clientId,
    hostname,
    ...(actions.length > 0 && { supported_actions: actions }),
    ...(modes.length > 0 && { supported_modes: modes }),
    ...(storages.length > 0 && { supported_storages: storages }),
    ...(engines.length > 0 && { supported_engines: engines }),
    is_central: central,
    ...(ours && { version, os, arch, timezone, started_at: startedAt, ...identityOf(registration) }),
  });
  if (!request.success) throw new FreezerError('invalid', `the API would not take this client: ${z.prettifyError(request.error)}`);
  return request.data;
}

/** Who the client is by what the API says; `undefined` where it says nothing of that. */
async function holderOf(access: ApiAccess, { clientId }: Registration, call?: CallOptions): Promise<ClientRecord | undefined> {
  const client = (await access.client.clients.get(clientId, call))?.client;
  return client?.instance_uuid === undefined ? undefined : client;
}

/** Whether the holder was a process of this host that has ended: a state folder that was lost must lock nobody out. */
function hasEndedHere({ process }: ClientRecord): boolean {
  const namespace = namespaceOfProcesses();
  // The kernel is the same, and so are the process numbers; else nobody here can see whether it runs.
  return process !== undefined && namespace !== '' && process.namespace === namespace && isSameKernel(process) && !isAlive(process);
}

/**
 * Registers the client, unless another scheduler works under its id: our server keeps the first until it says good-bye or is silent. Rejects with an
 * `ApiError` when the API cannot be reached or does not take the client.
 */
export async function registerClient(access: ApiAccess, registration: Registration, call?: CallOptions): Promise<Claim> {
  const request = described(registration);
  if (await isCreated(access, request, call)) return 'ours';
  if (!registration.ours) return 'ours';
  const holder = await holderOf(access, registration, call);
  if (!holder || holder.instance_uuid === registration.instance) return 'ours';
  if (!hasEndedHere(holder)) return 'taken';
  return (await isCreated(access, { ...request, replaces: holder.instance_uuid }, call)) ? 'ours' : 'taken';
}

/** False: it was registered before, with a server that takes it for an error, or by another scheduler. */
async function isCreated(access: ApiAccess, request: ClientRequest, call?: CallOptions): Promise<boolean> {
  try {
    await access.client.clients.create(request, call);
    return true;
  } catch (error) {
    if (ApiError.is(error, 'already_exists')) return false;
    throw error;
  }
}

/** A sign of life. Resolves to whether the id is still ours. A client that somebody has deleted is registered anew. */
export async function beat(access: ApiAccess, registration: Registration): Promise<Claim> {
  if (!registration.ours) return 'ours';
  try {
    await access.client.clients.update(registration.clientId, identityOf(registration));
    return 'ours';
  } catch (error) {
    if (ApiError.is(error, 'already_exists')) return 'taken';
    if (ApiError.is(error, 'not_found')) return registerClient(access, registration);
    throw error;
  }
}

/** Says good-bye, so that another scheduler need not wait. */
export async function leave(access: ApiAccess, registration: Registration, call?: CallOptions): Promise<void> {
  if (registration.ours) await access.client.clients.update(registration.clientId, { ...identityOf(registration), state: 'stopped' }, call);
}
