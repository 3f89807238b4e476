import type { Authenticate, Caller } from '@freezer/api';
import { FreezerError, type Logger } from '@freezer/core';
import { createTokenVerifier, httpStatusOf, type Identity, type KeystoneError, type KeystoneSession } from '@freezer/keystone-auth';
import { headerOf } from '../http/handler.ts';
import type { KeystoneSettings } from '../keystone/session-options.ts';

function callerOf({ user, project, domain, roles, isSystem }: Identity, token: string): Caller {
  return {
    userId: user.id,
    userName: user.name,
    projectId: project?.id,
    roles,
    domainId: domain?.id,
    userDomainId: user.domain?.id,
    projectDomainId: project?.domain?.id,
    ...(isSystem && { systemScope: 'all' }),
    token,
  };
}

const QUIET_MS = 60_000;

/** Says that Keystone cannot be asked, at most once a minute: every request would say the same. */
function complainer(logger: Logger, now: () => number = () => performance.now()): (error: KeystoneError | Error) => void {
  let last = Number.NEGATIVE_INFINITY;
  return ({ message }) => {
    if (now() - last < QUIET_MS) return;
    last = now();
    logger.error({}, `tokens cannot be checked, callers get 503: ${message}`);
  };
}

/** Who a caller is, by the token of `X-Auth-Token`; what else a caller says of itself is never looked at. */
export function keystoneAuthenticate(session: KeystoneSession, settings: KeystoneSettings, logger: Logger): Authenticate {
  const cacheSeconds = Math.max(0, settings['keystone_authtoken.token_cache_time']);
  const verifier = createTokenVerifier({
    session,
    cacheSeconds,
    ...(cacheSeconds === 0 && { negativeCacheSeconds: 0 }),
    serviceTokenRoles: settings['keystone_authtoken.service_token_roles'],
  });
  const complain = complainer(logger);
  return async (request, { signal }) => {
    const token = headerOf(request, 'x-auth-token');
    const serviceToken = headerOf(request, 'x-service-token');
    try {
      const { identity } = await verifier.verify(token, { ...(serviceToken !== undefined && { serviceToken }), ...(signal && { signal }) });
      return callerOf(identity, token ?? '');
    } catch (error) {
      signal?.throwIfAborted();
      if (httpStatusOf(error) === 401) return undefined;
      const cause =
        error instanceof Object && 'message' in error
          ? new FreezerError('unavailable', String(error.message), { cause: error })
          : new FreezerError('unavailable', String(error));
      complain(cause);
      throw new FreezerError('unavailable', 'The Keystone service is temporarily unavailable.', { cause });
    }
  };
}

/** What a caller without a good token is told: where to get one. */
export function keystoneChallenge(settings: KeystoneSettings): string {
  const uri = settings['keystone_authtoken.www_authenticate_uri'] ?? settings['keystone_authtoken.auth_url'] ?? '';
  return `Keystone uri="${uri.replaceAll(/["\\\r\n]/g, '')}"`;
}
