import type { HttpClient } from './http-client.ts';
import { failureOfStatus, jsonOf } from './http-failure.ts';
import { KeystoneError } from './keystone-error.ts';
import { type Secret, shownUrl } from './secret.ts';
import { chooseVersion, type ServiceVersion, splitVersion, versionNumber, versionsFrom, versionUrl } from './version-discovery.ts';

export interface VersionedService {
  /** As the catalog has it. */
  readonly url: string;
  readonly type: string;
  readonly version: string;
  readonly token: Secret;
}

/** Finds the address of a version of a service, and remembers what each service lists. */
export class ServiceLocator {
  readonly #http: HttpClient;
  readonly #listed = new Map<string, readonly ServiceVersion[]>();

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** `not_found` when the service does not speak the version, naming those that it speaks. */
  async locate(service: VersionedService, signal?: AbortSignal): Promise<string> {
    const wanted = versionNumber(service.version);
    if (wanted === undefined) throw new KeystoneError('invalid', `find the ${service.type} service: '${service.version}' is no version; allowed: 3, 2.37`);
    const { base, version, rest } = splitVersion(service.url);
    // A major version alone needs no question when the catalog already names it.
    if (version !== undefined && version[0] === wanted[0] && wanted[1] === 0) return service.url.replace(/\/+$/, '');
    const versions = await this.#list(base, service, signal);
    const chosen = chooseVersion(versions, wanted);
    if (chosen === undefined) {
      const listed = versions.map(({ number, maximum }) => `v${number.join('.')}${maximum === undefined ? '' : ` to ${maximum.join('.')}`}`);
      throw new KeystoneError(
        'not_found',
        `find the ${service.type} service at ${shownUrl(base)}: no version ${service.version}; it speaks ${listed.join(', ') || 'none'}`,
      );
    }
    return versionUrl(base, chosen) + rest;
  }

  async #list(base: string, { type, token }: VersionedService, signal?: AbortSignal): Promise<readonly ServiceVersion[]> {
    const known = this.#listed.get(base);
    if (known !== undefined) return known;
    const call = { purpose: `look up the versions of the ${type} service`, secrets: [token] };
    const answer = await this.#http.send({ method: 'GET', url: `${base}/`, headers: { 'x-auth-token': token.reveal() }, ...call }, signal);
    const versions = versionsFrom(jsonOf(answer.text));
    if (versions === undefined) {
      if (answer.status >= 400) throw failureOfStatus(answer, call);
      throw new KeystoneError('unexpected', `${call.purpose} at ${shownUrl(base)}: the answer is no list of versions`);
    }
    this.#listed.set(base, versions);
    return versions;
  }
}
