import * as z from 'zod';
import type { Credentials, Reference, Scope, UserReference } from './credentials.ts';
import type { CatalogService, Identity, Named, NamedInDomain } from './identity.ts';
import { KeystoneError } from './keystone-error.ts';
import { Secret } from './secret.ts';

// Keystone makes this domain when it is set up, and it is what every client takes when none is said.
const DEFAULT_DOMAIN: Reference = { id: 'default' };

/** The body of `POST /v3/auth/tokens`. Throws `invalid` for a scope that the method cannot have. */
export function authBodyV3(credentials: Credentials, scope: Scope | undefined): object {
  if (credentials.method === 'application_credential' && scope !== undefined)
    throw new KeystoneError('invalid', 'authenticate by application credential: it has a project of its own, so no scope may be given');
  const body = { identity: identityOf(credentials) };
  return { auth: scope === undefined ? body : { ...body, scope: scopeOf(scope) } };
}

function identityOf(credentials: Credentials): object {
  switch (credentials.method) {
    case 'password': {
      const password = Secret.of(credentials.password).reveal();
      return { methods: ['password'], password: { user: { ...userOf(credentials.user), password } } };
    }
    case 'token':
      return { methods: ['token'], token: { id: Secret.of(credentials.token).reveal() } };
    case 'application_credential': {
      const named = 'id' in credentials ? { id: credentials.id } : { name: credentials.name, user: userOf(credentials.user) };
      return { methods: ['application_credential'], application_credential: { ...named, secret: Secret.of(credentials.secret).reveal() } };
    }
  }
}

function userOf(user: UserReference): object {
  return user.id === undefined ? { name: user.name, domain: user.domain ?? DEFAULT_DOMAIN } : { id: user.id };
}

function scopeOf(scope: Scope): object | string {
  switch (scope.kind) {
    case 'project':
      return { project: scope.id === undefined ? { name: scope.name, domain: scope.domain ?? DEFAULT_DOMAIN } : { id: scope.id } };
    case 'domain':
      return { domain: scope.id === undefined ? { name: scope.name } : { id: scope.id } };
    case 'system':
      return { system: { all: true } };
    case 'trust':
      return { 'OS-TRUST:trust': { id: scope.id } };
    case 'unscoped':
      return 'unscoped';
  }
}

const named = z.object({ id: z.string(), name: z.string() });
const namedInDomain = named.extend({ domain: named.nullish() });
const instant = z
  .string()
  .transform((text) => Math.floor(Date.parse(text) / 1000))
  .pipe(z.number());
const catalog = z.array(
  z.object({
    type: z.string(),
    name: z.string().nullish(),
    endpoints: z.array(z.object({ interface: z.string(), region_id: z.string().nullish(), region: z.string().nullish(), url: z.string().nullish() })),
  }),
);
const tokenDocument = z.object({
  token: z.object({
    user: namedInDomain,
    project: namedInDomain.nullish(),
    domain: named.nullish(),
    system: z.object({ all: z.boolean().nullish() }).nullish(),
    roles: z.array(z.object({ name: z.string() })).nullish(),
    methods: z.array(z.string()).nullish(),
    issued_at: instant.nullish(),
    expires_at: instant,
    'OS-TRUST:trust': z.object({ id: z.string(), trustor_user: z.object({ id: z.string() }), trustee_user: z.object({ id: z.string() }) }).nullish(),
    application_credential: z.object({ id: z.string(), restricted: z.boolean().nullish() }).nullish(),
    catalog: catalog.nullish(),
  }),
});

/** What `POST` and `GET /v3/auth/tokens` answer. `undefined` when it is no such document. */
export function identityFromV3(document: unknown): Identity | undefined {
  const parsed = tokenDocument.safeParse(document);
  if (!parsed.success) return undefined;
  const { token } = parsed.data;
  const trust = token['OS-TRUST:trust'];
  const application = token.application_credential;
  return {
    user: withDomain(token.user),
    ...(token.project && { project: withDomain(token.project) }),
    ...(token.domain && { domain: token.domain }),
    isSystem: token.system?.all === true,
    roles: (token.roles ?? []).map((role) => role.name),
    methods: token.methods ?? [],
    ...(typeof token.issued_at === 'number' && { issuedAt: token.issued_at }),
    expiresAt: token.expires_at,
    ...(trust && { trust: { id: trust.id, trustorUserId: trust.trustor_user.id, trusteeUserId: trust.trustee_user.id } }),
    ...(application && { applicationCredential: { id: application.id, isRestricted: application.restricted !== false } }),
    catalog: (token.catalog ?? []).map(serviceOf),
  };
}

function withDomain({ id, name, domain }: z.infer<typeof namedInDomain>): NamedInDomain {
  return { id, name, ...(domain && { domain: domain satisfies Named }) };
}

function serviceOf(service: z.infer<typeof catalog>[number]): CatalogService {
  const endpoints = service.endpoints.flatMap(({ interface: kind, region, region_id: regionId, url }) =>
    url && (kind === 'public' || kind === 'internal' || kind === 'admin') ? [{ interface: kind, region: regionId ?? region ?? '', url } as const] : [],
  );
  return { type: service.type, name: service.name ?? '', endpoints };
}
