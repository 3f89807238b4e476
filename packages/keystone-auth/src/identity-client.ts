import type { Credentials, Scope } from './credentials.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { failureOfStatus, jsonOf } from './http-failure.ts';
import type { Identity } from './identity.ts';
import { authBodyV2, identityFromV2 } from './identity-v2.ts';
import { authBodyV3, identityFromV3 } from './identity-v3.ts';
import { KeystoneError } from './keystone-error.ts';
import { Secret, shownUrl } from './secret.ts';
import { type ServiceVersion, versionsFrom } from './version-discovery.ts';

export type IdentityVersion = '2.0' | '3';

/** A token and what Keystone says about it. */
export interface IssuedToken {
  readonly value: Secret;
  readonly identity: Identity;
}

export interface IdentityClientOptions {
  /** With or without a version at its end. */
  readonly authUrl: string;
  readonly version?: IdentityVersion;
  readonly http: HttpClient;
}

interface IdentityService {
  readonly version: IdentityVersion;
  /** With the version, without a slash at the end. */
  readonly url: string;
}

/** Says what the Identity API is asked, in v3 or v2.0, and reads what it answers. */
export class IdentityClient {
  readonly #options: IdentityClientOptions;
  #service: IdentityService | undefined;

  constructor(options: IdentityClientOptions) {
    this.#options = options;
  }

  /** A new token. Wrong credentials are `unauthenticated`. */
  async authenticate(credentials: Credentials, scope: Scope | undefined, signal?: AbortSignal): Promise<IssuedToken> {
    const secrets = secretsOf(credentials);
    const service = await this.service(secrets, signal);
    const isV3 = service.version === '3';
    const answer = await this.#options.http.send(
      {
        method: 'POST',
        url: isV3 ? `${service.url}/auth/tokens` : `${service.url}/tokens`,
        body: isV3 ? authBodyV3(credentials, scope) : authBodyV2(credentials, scope),
        purpose: 'authenticate',
        secrets,
      },
      signal,
    );
    if (answer.status < 200 || answer.status > 299) throw failureOfStatus(answer, { purpose: 'authenticate', secrets });
    const issued = isV3 ? issuedV3(answer) : issuedV2(answer);
    if (issued === undefined) throw noToken('authenticate', answer);
    return issued;
  }

  /** What the token `subject` is good for, asked with `own`. A token that Keystone does not know is `not_found`; a rejected own one `unauthenticated`. */
  async inspect(
    subject: Secret,
    own: Secret,
    options: { readonly allowExpired?: boolean; readonly withCatalog?: boolean },
    signal?: AbortSignal,
  ): Promise<Identity> {
    const secrets = [subject, own];
    const purpose = 'verify a token';
    const service = await this.service(secrets, signal);
    if (service.version !== '3') throw new KeystoneError('unsupported', `${purpose} at ${shownUrl(service.url)}: tokens are verified by Identity v3 only`);
    const words = [...(options.withCatalog === true ? [] : ['nocatalog']), ...(options.allowExpired === true ? ['allow_expired=1'] : [])];
    const answer = await this.#options.http.send(
      {
        method: 'GET',
        url: `${service.url}/auth/tokens${words.length > 0 ? `?${words.join('&')}` : ''}`,
        headers: { 'x-auth-token': own.reveal(), 'x-subject-token': subject.reveal() },
        purpose,
        secrets,
      },
      signal,
    );
    // A 404 that is not Keystone's own says that the address is wrong, nothing about the token.
    if (answer.status === 404 && keystoneErrorCode(jsonOf(answer.text)) !== 404) throw noToken(purpose, answer);
    if (answer.status !== 200) throw failureOfStatus(answer, { purpose, secrets });
    const identity = identityFromV3(jsonOf(answer.text));
    if (identity === undefined) throw noToken(purpose, answer);
    return identity;
  }

  /** Version and address: from the options, the end of the auth URL, or what the server lists. */
  async service(secrets: readonly Secret[], signal?: AbortSignal): Promise<IdentityService> {
    this.#service ??= await this.#find(secrets, signal);
    return this.#service;
  }

  async #find(secrets: readonly Secret[], signal?: AbortSignal): Promise<IdentityService> {
    const { authUrl, version } = this.#options;
    if (!URL.canParse(authUrl) || !/^https?:$/.test(new URL(authUrl).protocol))
      throw new KeystoneError('invalid', 'authenticate: the auth URL is no URL; allowed: http://host:port/v3 and the like');
    const path = /^(.*?)\/*(?:\/(v3|v2\.0))?\/*$/.exec(new URL(authUrl).pathname);
    const base = `${new URL(authUrl).origin}${path?.[1] ?? ''}`;
    const inUrl = path?.[2] === 'v3' ? '3' : path?.[2] === 'v2.0' ? '2.0' : undefined;
    const known = version ?? inUrl;
    if (known !== undefined) return serviceAt(base, known);
    return serviceAt(base, await this.#newest(base, secrets, signal));
  }

  async #newest(base: string, secrets: readonly Secret[], signal?: AbortSignal): Promise<IdentityVersion> {
    const purpose = 'look up the versions of Keystone';
    // The list comes with status 300.
    const answer = await this.#options.http.send({ method: 'GET', url: `${base}/`, purpose, secrets }, signal);
    if (answer.status >= 500 || answer.status === 429) throw failureOfStatus(answer, { purpose, secrets });
    const versions = versionsFrom(jsonOf(answer.text));
    // A proxy may show nothing at the root although /v3 is there.
    if (versions === undefined) return '3';
    const has = (major: number) => versions.some(({ number, status }: ServiceVersion) => number[0] === major && status !== 'experimental');
    if (has(3)) return '3';
    if (has(2)) return '2.0';
    const listed = versions.map(({ number }) => `v${number.join('.')}`).join(', ');
    throw new KeystoneError('unsupported', `${purpose} at ${shownUrl(base)}: it speaks ${listed || 'none'}; supported: v3, v2.0`);
  }
}

function serviceAt(base: string, version: IdentityVersion): IdentityService {
  return { version, url: `${base}/v${version}` };
}

function issuedV3(answer: HttpAnswer): IssuedToken | undefined {
  const value = answer.header('x-subject-token');
  const identity = identityFromV3(jsonOf(answer.text));
  return value === undefined || value === '' || identity === undefined ? undefined : { value: new Secret(value), identity };
}

function issuedV2(answer: HttpAnswer): IssuedToken | undefined {
  const read = identityFromV2(jsonOf(answer.text));
  return read === undefined ? undefined : { value: new Secret(read.value), identity: read.identity };
}

function noToken(purpose: string, answer: HttpAnswer): KeystoneError {
  return new KeystoneError(
    'unexpected',
    `${purpose} at ${shownUrl(answer.url)}: status ${answer.status}, but the answer is no token document; is it the Identity API?`,
  );
}

function keystoneErrorCode(document: unknown): unknown {
  return (document as { error?: { code?: unknown } } | null | undefined)?.error?.code;
}

function secretsOf(credentials: Credentials): readonly Secret[] {
  switch (credentials.method) {
    case 'password':
      return [Secret.of(credentials.password)];
    case 'token':
      return [Secret.of(credentials.token)];
    case 'application_credential':
      return [Secret.of(credentials.secret)];
  }
}
