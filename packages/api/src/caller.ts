/** Who makes a request. */
export interface Caller {
  readonly userId: string;
  readonly userName?: string | undefined;
  /** Undefined: a token without project. */
  readonly projectId?: string | undefined;
  /** Names of roles; case does not count. */
  readonly roles: readonly string[];
  readonly domainId?: string | undefined;
  readonly userDomainId?: string | undefined;
  readonly projectDomainId?: string | undefined;
  readonly systemScope?: string | undefined;
  /** For trusts. Kept no longer than the request. */
  readonly token?: string | undefined;
}
