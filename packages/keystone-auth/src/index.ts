export { type EndpointQuery, endpointInterface, findEndpoint } from './catalog.ts';
export type { CloudFileSearch } from './cloud-files.ts';
export { type ReadCloudOptions, readCloud } from './clouds.ts';
export type { ApplicationCredentials, Credentials, PasswordCredentials, Reference, Scope, TokenCredentials, UserReference } from './credentials.ts';
export { environmentVariables, sessionOptionsFromEnvironment } from './environment.ts';
export type { HttpClientOptions, TlsOptions } from './http-client.ts';
export type { CatalogEndpoint, CatalogService, EndpointInterface, Identity, Named, NamedInDomain } from './identity.ts';
export type { IdentityVersion } from './identity-client.ts';
export { KeystoneError, type KeystoneErrorCode, type KeystoneErrorOptions } from './keystone-error.ts';
export { type OpenrcResult, parseOpenrc, readOpenrc } from './openrc.ts';
export { Secret } from './secret.ts';
export { KeystoneSession, type ServiceQuery } from './session.ts';
export type { CallOptions, SessionOptions } from './session-options.ts';
export {
  createTokenVerifier,
  httpStatusOf,
  type TokenInspector,
  type TokenVerifier,
  type TokenVerifierOptions,
  type VerifiedToken,
  type VerifyOptions,
} from './token-verifier.ts';
