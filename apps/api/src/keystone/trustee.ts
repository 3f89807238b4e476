import { FreezerError } from '@freezer/core';
import type { KeystoneSession } from '@freezer/keystone-auth';
import { callKeystone, type KeystoneCallOptions } from './keystone-call.ts';

export interface TrusteeOptions {
  readonly session: Pick<KeystoneSession, 'token' | 'identity'>;
  readonly call: KeystoneCallOptions;
  /** The name of the user of central schedulers, where it is another one than the session's. */
  readonly name?: string | undefined;
  /** The name of its domain; default: Keystone's own. */
  readonly domain?: string | undefined;
}

/** How long the id of a name is believed: somebody may make the user anew. */
const KNOWN_MS = 300_000;

/** Finds the id of the user that is trusted: the session's own, or one by its name. */
export function trusteeFinder({ session, call, name, domain }: TrusteeOptions): (signal?: AbortSignal) => Promise<string> {
  let known: { readonly id: string; readonly until: number } | undefined;
  const first = async (kind: 'users' | 'domains', query: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<string> => {
    const token = await session.token(signal ? { signal } : {});
    const { status, document } = await callKeystone(call, { method: 'GET', path: `/${kind}?${new URLSearchParams(query)}`, token, signal });
    if (status !== 200)
      throw new FreezerError(status >= 500 ? 'unavailable' : 'permission_denied', `look for the ${query['name']} of ${kind}: status ${status}`);
    const rows: unknown = document[kind];
    const [row] = Array.isArray(rows) ? (rows as readonly unknown[]) : [];
    const id: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'id') : undefined;
    if (typeof id !== 'string') throw new FreezerError('not_found', `[centralized_scheduler] service_user: Keystone has no ${query['name']} among its ${kind}`);
    return id;
  };
  return async (signal) => {
    if (name === undefined) return (await session.identity(signal ? { signal } : {})).user.id;
    if (known && performance.now() < known.until) return known.id;
    const domainId = domain === undefined ? 'default' : await first('domains', { name: domain }, signal);
    const id = await first('users', { name, domain_id: domainId }, signal);
    known = { id, until: performance.now() + KNOWN_MS };
    return id;
  };
}
