import type { Secret } from './secret.ts';

/** One of `id` and `name`. */
export type Reference = { readonly id: string; readonly name?: never } | { readonly id?: never; readonly name: string };

/** A user by id, or by name within a domain. Identity v2.0 has no domains and ignores it. */
export type UserReference = { readonly id: string; readonly name?: never } | { readonly id?: never; readonly name: string; readonly domain?: Reference };

/** User and password. */
export interface PasswordCredentials {
  readonly method: 'password';
  readonly user: UserReference;
  readonly password: string | Secret;
}

/** A token that somebody else got; it cannot be renewed beyond its own end. */
export interface TokenCredentials {
  readonly method: 'token';
  readonly token: string | Secret;
}

/** An application credential, by id, or by name together with its user. It has its own project: no scope may be given. */
export type ApplicationCredentials =
  | { readonly method: 'application_credential'; readonly id: string; readonly secret: string | Secret }
  | { readonly method: 'application_credential'; readonly name: string; readonly user: UserReference; readonly secret: string | Secret };

/** How a session proves who it is. */
export type Credentials = PasswordCredentials | TokenCredentials | ApplicationCredentials;

/**
 * What a token is good for. `trust` acts for the trustor of a trust; `unscoped` asks for no project even where the user has a default one.
 * No scope at all leaves the choice to Keystone: the user's default project, or none.
 */
export type Scope =
  | { readonly kind: 'project'; readonly id: string; readonly name?: never }
  | { readonly kind: 'project'; readonly id?: never; readonly name: string; readonly domain?: Reference }
  | { readonly kind: 'domain'; readonly id: string; readonly name?: never }
  | { readonly kind: 'domain'; readonly id?: never; readonly name: string }
  | { readonly kind: 'system' }
  | { readonly kind: 'trust'; readonly id: string }
  | { readonly kind: 'unscoped' };
