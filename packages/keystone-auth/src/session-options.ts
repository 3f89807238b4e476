import type { Credentials, Scope } from './credentials.ts';
import type { HttpClientOptions } from './http-client.ts';
import type { EndpointInterface } from './identity.ts';
import type { IdentityVersion } from './identity-client.ts';

/** Everything a session needs. The readers of the environment, of openrc files and of clouds.yaml make it. */
export interface SessionOptions extends HttpClientOptions {
  /** `https://host:5000/v3`; without a version at its end the server is asked what it speaks, and v3 is preferred. */
  readonly authUrl: string;
  readonly credentials: Credentials;
  /** Default: what Keystone chooses. */
  readonly scope?: Scope;
  /** Default: by the auth URL or by asking. */
  readonly identityVersion?: IdentityVersion;
  /** For `endpoint`, where its query names none. */
  readonly region?: string;
  /** For `endpoint`, where its query names none: one, or several in order of preference. */
  readonly interface?: EndpointInterface | readonly EndpointInterface[];
  /** URLs that replace what the catalog has, by service type. */
  readonly endpointOverrides?: Readonly<Record<string, string>>;
  /** How long before its end a token is renewed; default 120, at most half of its life. */
  readonly renewBeforeSeconds?: number;
  /** Told, in one line, what did not end a call: a renewal that failed while the old token is still good. */
  readonly onWarning?: (text: string) => void;
  /** The time in epoch seconds; for tests. */
  readonly now?: () => number;
}

/** Every I/O call takes it. An abort rejects with `signal.reason`. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}
