import { createDefaultTransport } from '#default-transport';
import { ApiError } from './api-error.ts';
import { type ApiVersion, cleanEndpoint, isCompleteEndpoint, resourceRoot, versionOf } from './base-url.ts';
import { Caller, type CallOptions } from './caller.ts';
import { Actions } from './resources/actions.ts';
import { Alerts } from './resources/alerts.ts';
import { Backups } from './resources/backups.ts';
import { Clients } from './resources/clients.ts';
import type { Root } from './resources/collection.ts';
import { Jobs } from './resources/jobs.ts';
import { Runs } from './resources/runs.ts';
import { Service } from './resources/service.ts';
import { Sessions } from './resources/sessions.ts';
import type { TokenSource } from './token-source.ts';
import type { Transport } from './transport/transport.ts';

/** A value, or what finds it: asked once, again after a failure. */
export type Lazy = string | ((options: CallOptions) => Promise<string>);

export interface FreezerClientOptions {
  /** `http://host:9090`, as a catalog has it. One that contains `/v2` (or `/v1` for version 1) is used as it is: resources follow it directly. */
  readonly endpoint: Lazy;
  /** Id of the project; needed by version 2 unless the endpoint names it. */
  readonly project?: Lazy;
  readonly token?: TokenSource;
  /** Default `2`. Version 1 knows users, not projects. Another one fails with `invalid` at once. */
  readonly version?: ApiVersion | 1 | 2;
  /** Default: by `node:http` in Node, by `fetch` elsewhere. */
  readonly transport?: Transport;
  /** For each call with its repetitions; default 30. */
  readonly timeoutSeconds?: number;
  /** How often a call is repeated: a GET after 429, 502, 503, 504 or a cut connection; a write when it was not sent, or the server says `Retry-After`. Default 2. */
  readonly retries?: number;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The backup service. Nothing is sent before the first call.
 * Each call rejects with an `ApiError`, or with `signal.reason`; what `endpoint`, `project` and `token` throw passes through.
 */
export class FreezerClient implements AsyncDisposable {
  readonly clients: Clients;
  readonly jobs: Jobs;
  readonly sessions: Sessions;
  readonly actions: Actions;
  readonly backups: Backups;
  readonly runs: Runs;
  readonly alerts: Alerts;
  /** What the server itself is: its versions, its health. */
  readonly service: Service;
  readonly #options: FreezerClientOptions & { readonly version: ApiVersion };
  readonly #caller: Caller;

  constructor(given: FreezerClientOptions) {
    const options = { ...given, version: versionOf(given.version) };
    this.#options = options;
    this.#caller = new Caller({
      transport: options.transport ?? createDefaultTransport(),
      token: options.token,
      timeoutSeconds: options.timeoutSeconds ?? 30,
      retries: options.retries ?? 2,
      headers: options.headers ?? {},
    });
    const endpoint = once(async (call) => cleanEndpoint(await resolved(options.endpoint, call)));
    const root = rootOf(options, endpoint);
    this.clients = new Clients(this.#caller, root);
    this.jobs = new Jobs(this.#caller, root);
    this.sessions = new Sessions(this.#caller, root);
    this.actions = new Actions(this.#caller, root);
    this.backups = new Backups(this.#caller, root);
    this.runs = new Runs(this.#caller, root);
    this.alerts = new Alerts(this.#caller, root);
    this.service = new Service(this.#caller, endpoint);
  }

  /** The same server and caller in another project, for services that write on behalf of many. Not with an endpoint that names a project. */
  inProject(project: string): FreezerClient {
    const { endpoint, version } = this.#options;
    const elsewhere: Lazy = async (call) => {
      const url = await resolved(endpoint, call);
      if (isCompleteEndpoint(url, version)) throw new ApiError('invalid', `use project ${project}: the endpoint ${url} already names one`);
      return url;
    };
    return new FreezerClient({ ...this.#options, endpoint: elsewhere, project, transport: this.#caller.transport });
  }

  /** Ends the connections that are kept. Idempotent. */
  async close(): Promise<void> {
    await this.#caller.transport.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function rootOf({ project, version }: FreezerClientOptions & { readonly version: ApiVersion }, endpoint: Root): Root {
  return once(async (call) => {
    const url = await endpoint(call);
    const needsProject = version === '2' && !isCompleteEndpoint(url, version);
    return resourceRoot(url, version, needsProject && project !== undefined ? await resolved(project, call) : undefined);
  });
}

async function resolved(value: Lazy, call: CallOptions): Promise<string> {
  return typeof value === 'string' ? value : value(call);
}

function once(find: Root): Root {
  let found: string | undefined;
  return async (call) => {
    found ??= await find(call);
    return found;
  };
}
