import { ApiError } from '../api-error.ts';
import type { Caller, CallOptions } from '../caller.ts';
import { textOf } from '../text-of.ts';
import type { Root } from './collection.ts';

/** A version that the server serves. */
export interface ServedVersion {
  readonly id: string;
  /** `CURRENT`, `DEPRECATED`, ... */
  readonly status: string;
  /** What the server can beyond Freezer's API, where it says so. */
  readonly features: readonly string[];
}

/** What needs neither project nor, as a rule, a token. */
export class Service {
  readonly #caller: Caller;
  readonly #endpoint: Root;

  constructor(caller: Caller, endpoint: Root) {
    this.#caller = caller;
    this.#endpoint = endpoint;
  }

  /** From the version document. Python's servers announce it and then send nothing: that is `unavailable` or `timeout`. */
  async versions(options: CallOptions = {}): Promise<readonly ServedVersion[]> {
    const { document } = await this.#caller.json({
      timeoutSeconds: 5,
      ...options,
      method: 'GET',
      url: `${await this.#origin(options)}/`,
      purpose: 'read the versions',
      expected: [200, 300],
      anonymous: true,
    });
    const versions = document['versions'];
    if (!Array.isArray(versions)) throw new ApiError('unexpected', 'read the versions: the answer has no list of versions');
    return versions.map((each: unknown) => servedVersion(each));
  }

  /** Whether the server says that it works. */
  async isHealthy(options: CallOptions = {}): Promise<boolean> {
    const response = await this.#caller.send({
      ...options,
      method: 'GET',
      url: `${await this.#origin(options)}/healthcheck`,
      purpose: 'read the health',
      expected: [200, 503],
      anonymous: true,
    });
    return response.status === 200;
  }

  /** The endpoint without version and project. */
  async #origin(options: CallOptions): Promise<string> {
    return (await this.#endpoint(options)).replace(/\/v[12](\/.*)?$/, '');
  }
}

function servedVersion(value: unknown): ServedVersion {
  const { id, status, features } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  return {
    id: textOf(id),
    status: textOf(status),
    features: Array.isArray(features) ? features.map(textOf) : [],
  };
}
