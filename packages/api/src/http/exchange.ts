import type { IncomingMessage } from 'node:http';
import type { DocumentOwner, DocumentScope } from '@freezer/core';
import type { ApiContext } from '../api-context.ts';
import type { Caller } from '../caller.ts';
import type { RuleName } from '../policy/default-rules.ts';
import { callerGone } from './caller-gone.ts';
import { badRequest, forbidden, missingBody } from './problem.ts';
import { readJson } from './read-body.ts';

export type ApiVersion = 'v1' | 'v2';

export interface ExchangeFacts {
  readonly api: ApiContext;
  readonly version: ApiVersion;
  readonly caller: Caller;
  /** Of the path, or in version 1 that of the token. */
  readonly projectId: string;
  readonly params: Readonly<Record<string, string>>;
  readonly request: IncomingMessage;
}

/** One request on its way through a handler. */
export class Exchange {
  readonly api: ApiContext;
  readonly version: ApiVersion;
  readonly caller: Caller;
  readonly projectId: string;
  readonly request: IncomingMessage;
  /** What the caller may see: in version 1 his own, in version 2 that of the project. */
  readonly scope: DocumentScope;
  readonly #params: Readonly<Record<string, string>>;
  #query: URLSearchParams | undefined;

  constructor({ api, version, caller, projectId, params, request }: ExchangeFacts) {
    this.api = api;
    this.version = version;
    this.caller = caller;
    this.projectId = projectId;
    this.request = request;
    this.scope = version === 'v1' ? { userId: caller.userId } : { projectId };
    this.#params = params;
  }

  get isV1(): boolean {
    return this.version === 'v1';
  }

  /** Whose what the caller writes becomes. */
  get owner(): DocumentOwner {
    return { projectId: this.projectId, userId: this.caller.userId };
  }

  get query(): URLSearchParams {
    const url = this.request.url ?? '';
    const mark = url.indexOf('?');
    return (this.#query ??= new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)));
  }

  /** Aborted when the caller goes away. For reading only: what was begun to be written is written. */
  get signal(): AbortSignal {
    return callerGone(this.request);
  }

  param(name: string): string {
    return this.#params[name] ?? '';
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.at(-1) : value;
  }

  allows(rule: RuleName): boolean {
    return this.api.policy.allows(rule, this.caller, this.projectId);
  }

  demand(rule: RuleName): void {
    if (!this.allows(rule)) throw forbidden();
  }

  /** The body as it is; undefined when there is none. */
  async json(): Promise<unknown> {
    return readJson(this.request, this.api.maxBodyBytes);
  }

  /** A body that is an object. None, or null, is an empty one. */
  async object(): Promise<Record<string, unknown>> {
    const body = (await this.json()) ?? {};
    if (typeof body !== 'object' || Array.isArray(body)) throw badRequest('The body must be a JSON object');
    return body as Record<string, unknown>;
  }

  /** A body that must hold something. */
  async filledObject(): Promise<Record<string, unknown>> {
    const body = await this.object();
    if (Object.keys(body).length === 0) throw missingBody();
    return body;
  }
}
