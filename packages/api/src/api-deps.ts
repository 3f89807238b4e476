import type { IncomingMessage } from 'node:http';
import type { CallOptions, Logger, Store } from '@freezer/core';
import type { Caller } from './caller.ts';
import type { Policy } from './policy/policy.ts';

/**
 * Tells who a caller is by the headers of a request (its method and path may matter, too). Undefined: it is not known, which is answered by 401.
 * A failure with `permission_denied` is answered by 403, `unauthenticated` by 401, `unavailable` and `timeout` by 503.
 */
export type Authenticate = (request: IncomingMessage, options: CallOptions) => Promise<Caller | undefined> | Caller | undefined;

/** Who lets a central scheduler act for a user. */
export interface Trusts {
  /** The trust of the user in the project for the service, made when there is none. */
  ensure(request: { readonly userId: string; readonly projectId: string; readonly token: string; readonly signal?: AbortSignal | undefined }): Promise<{
    readonly trustId: string;
    readonly trustorUserId: string;
  }>;
  remove(trustId: string, options: { readonly token: string; readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** How long runs are kept. */
export interface RunLimits {
  /** Days; default 90. */
  readonly keepDays: number;
  /** Of each job; default 200. */
  readonly keepCount: number;
}

/** From when on something is an alert. Seconds. */
export interface AlertLimits {
  /** How much later than planned a job is overdue; default 3600. */
  readonly overdueAfter: number;
  /** How long a run may be `running`; default 86 400. */
  readonly stuckAfter: number;
  /** How long a client with active jobs may be silent; default 3600. */
  readonly silentAfter: number;
  /** How old the last good point of a set that is saved regularly may be, beyond the interval of its job; default 86 400. */
  readonly oldAfter: number;
}

/** What the API is made of. */
export interface ApiDeps {
  /** Migrated already; not closed by the API. */
  readonly store: Store;
  readonly authenticate: Authenticate;
  readonly policy: Policy;
  /** Milliseconds since the Unix epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
  /** Ids of documents: 32 hex digits by default. */
  readonly newId?: (() => string) | undefined;
  readonly logger?: Logger | undefined;
  /** Without it jobs of central clients get no credentials. */
  readonly trusts?: Trusts | undefined;
  /** Whether a job of a central client is refused (422) when no trust can be made; default false. */
  readonly enforceTrusts?: boolean | undefined;
  /** The header `WWW-Authenticate` of 401; default `Keystone`. */
  readonly challenge?: string | undefined;
  /** Default: both. */
  readonly versions?: { readonly v1: boolean; readonly v2: boolean } | undefined;
  /** Undefined when healthy, else the reason in capitals (`DISABLED BY FILE`). Asked by each /healthcheck. */
  readonly unhealthy?: (() => Promise<string | undefined>) | undefined;
  /** Bytes; larger bodies are answered by 413. Default 8 MiB. */
  readonly maxBodyBytes?: number | undefined;
  readonly runs?: Partial<RunLimits> | undefined;
  readonly alerts?: Partial<AlertLimits> | undefined;
}
