import { messageOf, type Stored } from '@freezer/core';
import type { ApiContext } from '../api-context.ts';
import { recordOf } from '../clients/client-item.ts';
import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';
import type { Exchange } from '../http/exchange.ts';
import { Problem } from '../http/problem.ts';

/** What a job of a central client holds beyond others: by what the scheduler acts for the user, and whose the client is. */
export async function centralKeys(exchange: Exchange, client: Stored<Item> | undefined): Promise<Item> {
  if (!client || recordOf(client)['is_central'] !== true) return {};
  const credentials = await trustOf(exchange);
  return {
    ...(credentials && { user_credentials: credentials }),
    ...(client.owner.projectId !== exchange.projectId && { [CLIENT_PROJECT]: client.owner.projectId }),
  };
}

/** Not shown. The project of the client, when it is another one than the job's. */
export const CLIENT_PROJECT = '_client_project_id';

async function trustOf(exchange: Exchange): Promise<Item | undefined> {
  const { api, caller, signal } = exchange;
  const refused = (): Problem => new Problem(422, 'Missing required credentials');
  if (!api.trusts || caller.token === undefined || caller.projectId === undefined) {
    if (api.enforceTrusts) throw refused();
    return undefined;
  }
  try {
    const { trustId, trustorUserId } = await api.trusts.ensure({ userId: caller.userId, projectId: caller.projectId, token: caller.token, signal });
    return { trust_id: trustId, trustor_user_id: trustorUserId };
  } catch (error) {
    api.logger.warn({ user: caller.userId, project: caller.projectId, reason: messageOf(error) }, 'no trust could be made for a job of a central client');
    if (api.enforceTrusts) throw refused();
    return undefined;
  }
}

/** Takes the trust of a job back when no other job stands on it. What fails is only logged: the job is gone. */
export async function dropTrust(exchange: Exchange, job: Item): Promise<void> {
  const { api, caller } = exchange;
  const credentials = job['user_credentials'];
  const trustId = isObject(credentials) ? credentials['trust_id'] : undefined;
  if (typeof trustId !== 'string' || !api.trusts || caller.token === undefined) return;
  try {
    if (await isUsed(api, trustId)) return;
    await api.trusts.remove(trustId, { token: caller.token });
  } catch (error) {
    api.logger.warn({ trust: trustId, reason: messageOf(error) }, 'the trust of a job that is gone could not be removed');
  }
}

async function isUsed({ jobs }: ApiContext, trustId: string): Promise<boolean> {
  return (await jobs.search({ scope: {}, match: [{ key: 'user_credentials.trust_id', value: trustId }], limit: 1, offset: 0 })).length > 0;
}
