/** An object of Keystone that has a name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** A user or project with its domain; Identity v2.0 knows no domains. */
export interface NamedInDomain extends Named {
  readonly domain?: Named;
}

/** Which of the three URLs of a service is meant. */
export type EndpointInterface = 'public' | 'internal' | 'admin';

export interface CatalogEndpoint {
  readonly interface: EndpointInterface;
  readonly region: string;
  readonly url: string;
}

export interface CatalogService {
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly CatalogEndpoint[];
}

/** What Keystone says about a token. Holds no secret. */
export interface Identity {
  readonly user: NamedInDomain;
  readonly project?: NamedInDomain;
  readonly domain?: Named;
  /** True when the token is good for the whole system. */
  readonly isSystem: boolean;
  /** Names of roles, as Keystone writes them. */
  readonly roles: readonly string[];
  readonly methods: readonly string[];
  /** Epoch seconds by the clock of Keystone. */
  readonly issuedAt?: number;
  /** Epoch seconds by the clock of Keystone. */
  readonly expiresAt: number;
  readonly trust?: { readonly id: string; readonly trustorUserId: string; readonly trusteeUserId: string };
  readonly applicationCredential?: { readonly id: string; readonly isRestricted: boolean };
  readonly catalog: readonly CatalogService[];
}
