import { inspect } from 'node:util';
import { type EndpointQuery, findEndpoint } from './catalog.ts';
import { HttpClient } from './http-client.ts';
import type { Identity } from './identity.ts';
import { IdentityClient, type IssuedToken } from './identity-client.ts';
import { KeystoneError } from './keystone-error.ts';
import { Secret, shownUrl } from './secret.ts';
import { ServiceLocator } from './service-locator.ts';
import type { CallOptions, SessionOptions } from './session-options.ts';
import { TokenHolder } from './token-holder.ts';

/** What `endpoint` looks for. */
export interface ServiceQuery extends EndpointQuery {
  /** `3`, or `2.37` when that microversion is the least; the service is asked when the catalog's URL does not say it. */
  readonly version?: string;
}

/**
 * Who we are towards a cloud: a token that is always good, and the addresses of its services.
 * Nothing is sent before the first call. Each call fails with a `KeystoneError`, or with `signal.reason`.
 */
export class KeystoneSession implements AsyncDisposable {
  readonly #options: SessionOptions;
  readonly #http: HttpClient;
  readonly #identity: IdentityClient;
  readonly #tokens: TokenHolder;
  readonly #services: ServiceLocator;

  constructor(options: SessionOptions) {
    this.#options = { ...options, credentials: hidden(options.credentials) };
    this.#http = new HttpClient(options);
    this.#identity = new IdentityClient({
      authUrl: options.authUrl,
      http: this.#http,
      ...(options.identityVersion !== undefined && { version: options.identityVersion }),
    });
    this.#services = new ServiceLocator(this.#http);
    this.#tokens = new TokenHolder({
      issue: (signal) => this.#issue(signal),
      renewBeforeSeconds: options.renewBeforeSeconds ?? 120,
      now: options.now ?? (() => Date.now() / 1000),
      onWarning: options.onWarning ?? (() => {}),
    });
  }

  /** For `X-Auth-Token`. Good for at least the time it is renewed before its end, unless Keystone is down. */
  async token({ signal }: CallOptions = {}): Promise<string> {
    return (await this.#tokens.current(signal)).value.reveal();
  }

  /** A new token, after a service answered 401 to `rejected`. Callers that were rejected at the same time share one renewal. */
  async renew(rejected: string, { signal }: CallOptions = {}): Promise<string> {
    return (await this.#tokens.replace(rejected, signal)).value.reveal();
  }

  /** Makes a call with a token and, when `wasRejected` says so of its result, once more with a new one. The second result is final. */
  async withToken<T>(call: (token: string) => Promise<T>, wasRejected: (result: T) => boolean, { signal }: CallOptions = {}): Promise<T> {
    const token = await this.token({ ...(signal && { signal }) });
    const result = await call(token);
    return wasRejected(result) ? call(await this.renew(token, { ...(signal && { signal }) })) : result;
  }

  /** User, project, roles and catalog of the token. */
  async identity({ signal }: CallOptions = {}): Promise<Identity> {
    return (await this.#tokens.current(signal)).identity;
  }

  /** The URL of a service, without a slash at its end. `not_found` names what the cloud has instead. */
  async endpoint(query: ServiceQuery, { signal }: CallOptions = {}): Promise<string> {
    const { region, interface: preferred, endpointOverrides } = this.#options;
    const override = endpointOverrides?.[query.type];
    if (override !== undefined) return override.replace(/\/+$/, '');
    const { value, identity } = await this.#tokens.current(signal);
    const url = findEndpoint(identity.catalog, {
      ...(region !== undefined && { region }),
      ...(preferred !== undefined && { interface: preferred }),
      ...query,
    });
    if (query.version === undefined) return url.replace(/\/+$/, '');
    return this.#services.locate({ url, type: query.type, version: query.version, token: value }, signal);
  }

  /** What Keystone says about the token of somebody else; for `createTokenVerifier`, which adds cache and rules. */
  async inspectToken(
    subject: string | Secret,
    options: { readonly allowExpired?: boolean; readonly withCatalog?: boolean } & CallOptions = {},
  ): Promise<Identity> {
    const own = await this.#tokens.current(options.signal);
    try {
      return await this.#identity.inspect(Secret.of(subject), own.value, options, options.signal);
    } catch (error) {
      if (!KeystoneError.is(error, 'unauthenticated')) throw error;
      const renewed = await this.#tokens.replace(own.value.reveal(), options.signal);
      return this.#identity.inspect(Secret.of(subject), renewed.value, options, options.signal);
    }
  }

  /** Ends all connections and forgets the token. Idempotent. */
  async close(): Promise<void> {
    this.#tokens.forget();
    await this.#http.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toJSON(): object {
    const { authUrl, credentials, scope, region } = this.#options;
    return { authUrl: shownUrl(authUrl), method: credentials.method, ...(scope && { scope }), ...(region !== undefined && { region }) };
  }

  [inspect.custom](): string {
    return `KeystoneSession ${inspect(this.toJSON(), { breakLength: Number.POSITIVE_INFINITY })}`;
  }

  async #issue(signal: AbortSignal): Promise<IssuedToken> {
    return this.#identity.authenticate(this.#options.credentials, this.#options.scope, signal);
  }
}

function hidden(credentials: SessionOptions['credentials']): SessionOptions['credentials'] {
  switch (credentials.method) {
    case 'password':
      return { ...credentials, password: Secret.of(credentials.password) };
    case 'token':
      return { ...credentials, token: Secret.of(credentials.token) };
    case 'application_credential':
      return { ...credentials, secret: Secret.of(credentials.secret) };
  }
}
