import { hash } from 'node:crypto';
import type { Identity } from './identity.ts';
import { KeystoneError } from './keystone-error.ts';
import { Secret } from './secret.ts';
import type { CallOptions } from './session-options.ts';
import { SharedCall } from './shared-call.ts';
import { TokenCache } from './token-cache.ts';

// Fernet tokens have some 200 to 300 characters; what is much longer is no token, and would fill the cache's neighbours' memory.
const LONGEST_TOKEN = 8192;

/** The part of a session that is needed. */
export interface TokenInspector {
  inspectToken(subject: Secret, options: { readonly allowExpired?: boolean; readonly withCatalog?: boolean; readonly signal?: AbortSignal }): Promise<Identity>;
}

export interface TokenVerifierOptions {
  /** A session of the service's own user, which may look at tokens of others. Not closed by the verifier. */
  readonly session: TokenInspector;
  /** How long a good answer is kept, at most to the end of the token; default 300. 0 keeps none. */
  readonly cacheSeconds?: number;
  /** How long it is kept that a token is not good; default 10. */
  readonly negativeCacheSeconds?: number;
  /** Tokens kept at most; the one not used for longest goes first. Default 5000. */
  readonly cacheEntries?: number;
  /** A service token needs one of these roles to make an expired user token good; default `service`. */
  readonly serviceTokenRoles?: readonly string[];
  /** Whether the catalog is asked for; default no, it is large. */
  readonly withCatalog?: boolean;
  /** The time in epoch seconds; for tests. */
  readonly now?: () => number;
}

export interface VerifyOptions extends CallOptions {
  /** `X-Service-Token` of the same call. */
  readonly serviceToken?: string;
}

export interface VerifiedToken {
  readonly identity: Identity;
  /** Whose service token came with it. */
  readonly service?: Identity;
}

export interface TokenVerifier {
  /**
   * Who a caller is, by the value of `X-Auth-Token`. `unauthenticated` when the token, or the service token, is missing or not good (answer 401);
   * any other error is not the caller's fault (`httpStatusOf` gives 503).
   */
  verify(token: string | undefined, options?: VerifyOptions): Promise<VerifiedToken>;
  /** Forgets everything, for instance after a revocation. */
  clear(): void;
}

/** The HTTP status for what `verify` failed with: 401, or 503 when Keystone could not be asked. */
export function httpStatusOf(error: unknown): 401 | 503 {
  return KeystoneError.is(error, 'unauthenticated') ? 401 : 503;
}

export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const now = options.now ?? (() => Date.now() / 1000);
  const cache = new TokenCache<Identity>({
    goodSeconds: options.cacheSeconds ?? 300,
    badSeconds: options.negativeCacheSeconds ?? 10,
    entries: options.cacheEntries ?? 5000,
    now,
  });
  const asked = new Map<string, SharedCall<Identity>>();
  const roles = new Set(options.serviceTokenRoles ?? ['service']);
  const inspect = async (secret: Secret, allowExpired: boolean, signal: AbortSignal) =>
    ask(options, secret, allowExpired, signal).then((identity) => {
      if (!allowExpired && identity.expiresAt <= now()) throw notGood('it has expired');
      return identity;
    });

  const identify = async (token: string, allowExpired: boolean, signal: AbortSignal | undefined): Promise<Identity> => {
    if (token.length > LONGEST_TOKEN || !/^[\x21-\x7e]+$/.test(token)) throw notGood('it cannot be a token');
    const key = keyOf(token, allowExpired);
    const known = cache.get(key);
    if (known === 'bad') throw notGood('Keystone does not know it');
    if (known !== undefined) return known;
    const call = asked.get(key) ?? new SharedCall<Identity>();
    asked.set(key, call);
    try {
      const identity = await call.run((shared) => inspect(new Secret(token), allowExpired, shared), signal);
      // An expired token that a service token carries is good for this call only.
      if (identity.expiresAt > now()) cache.setGood(key, identity, identity.expiresAt);
      return identity;
    } catch (error) {
      if (KeystoneError.is(error, 'unauthenticated')) cache.setBad(key);
      throw error;
    } finally {
      if (asked.get(key) === call) asked.delete(key);
    }
  };

  return {
    async verify(token, { serviceToken, signal } = {}) {
      signal?.throwIfAborted();
      if (token === undefined || token === '') throw notGood('there is none');
      const service = serviceToken === undefined || serviceToken === '' ? undefined : await identify(serviceToken, false, signal);
      const isTrusted = service?.roles.some((role) => roles.has(role)) === true;
      const identity = await identify(token, isTrusted, signal);
      return { identity, ...(service !== undefined && { service }) };
    },
    clear: () => cache.clear(),
  };
}

// A digest, so that a dump of the memory shows no tokens that are good; the second kind of answer must never be taken for the first.
function keyOf(token: string, allowExpired: boolean): string {
  return `${allowExpired ? 'expired ' : ''}${hash('sha256', token, 'base64')}`;
}

async function ask(options: TokenVerifierOptions, secret: Secret, allowExpired: boolean, signal: AbortSignal): Promise<Identity> {
  try {
    return await options.session.inspectToken(secret, { allowExpired, withCatalog: options.withCatalog === true, signal });
  } catch (error) {
    // 404 is how Keystone says that it does not know the token.
    if (KeystoneError.is(error, 'not_found') && error.status === 404) throw notGood('Keystone does not know it');
    if (KeystoneError.is(error, 'unauthenticated') || KeystoneError.is(error, 'permission_denied'))
      throw new KeystoneError('unavailable', `verify a token: the service's own user was refused: ${error.message}`, { cause: error });
    throw error;
  }
}

function notGood(reason: string): KeystoneError {
  return new KeystoneError('unauthenticated', `verify a token: ${reason}`, { status: 401 });
}
