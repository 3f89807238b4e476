import { type RetryPolicy, retry } from '@freezer/core';
import { Secret } from '@freezer/keystone-auth';
import type { Account } from './account.ts';
import { type Deed, failure } from './failure.ts';
import type { Transport } from './transport.ts';

/** User and key of an account that Swift itself knows (TempAuth, "v1"). */
export interface V1Credentials {
  /** `http://host:port/auth/v1.0`. */
  readonly authUrl: string;
  readonly user: string;
  readonly key: Secret;
}

/** As those of a Keystone session. */
const ATTEMPTS = 3;

interface Login {
  readonly url: string;
  readonly token: Secret;
}

/** An account of TempAuth: one request gives the URL and a token. */
export class V1Account implements Account {
  readonly #credentials: V1Credentials;
  readonly #transport: Transport;
  readonly #policy: RetryPolicy;
  #login: Promise<Login> | undefined;
  #known: Login | undefined;

  constructor(credentials: V1Credentials, transport: Transport, policy: RetryPolicy) {
    this.#credentials = credentials;
    this.#policy = policy;
    this.#transport = transport;
  }

  async storageUrl(signal?: AbortSignal): Promise<string> {
    return (await this.#current(signal)).url;
  }

  async token(signal?: AbortSignal): Promise<string> {
    return (await this.#current(signal)).token.reveal();
  }

  async renew(rejected: string, signal?: AbortSignal): Promise<string> {
    if (this.#known?.token.reveal() === rejected) this.#login = this.#known = undefined;
    return await this.token(signal);
  }

  async close(): Promise<void> {
    this.#login = this.#known = undefined;
  }

  async #current(signal?: AbortSignal): Promise<Login> {
    this.#login ??= retry('login', () => this.#authenticate(signal), { ...this.#policy, attempts: ATTEMPTS, signal }).catch((error: unknown) => {
      this.#login = undefined;
      throw error;
    });
    return (this.#known = await this.#login);
  }

  async #authenticate(signal?: AbortSignal): Promise<Login> {
    const { authUrl, user, key } = this.#credentials;
    const deed: Deed = { operation: 'login', key: user, place: authUrl };
    const headers = { 'x-auth-user': user, 'x-auth-key': key.reveal(), 'x-storage-user': user, 'x-storage-pass': key.reveal() };
    const { status, header } = await this.#transport.call(deed, { method: 'GET', url: authUrl, headers, signal });
    const url = header('x-storage-url');
    const token = header('x-auth-token') ?? header('x-storage-token');
    if (status === 401 || status === 403) throw failure('unauthenticated', deed, `user or key are not accepted (status ${status})`);
    if (status >= 300 || url === undefined || token === undefined)
      throw failure(status >= 500 ? 'unavailable' : 'invalid', deed, `no account was named there (status ${status})`);
    return { url: url.replace(/\/+$/, ''), token: new Secret(token) };
  }
}
