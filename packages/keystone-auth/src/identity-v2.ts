import * as z from 'zod';
import type { Credentials, Scope } from './credentials.ts';
import type { CatalogEndpoint, CatalogService, Identity } from './identity.ts';
import { KeystoneError } from './keystone-error.ts';
import { Secret } from './secret.ts';

const unsupported = (what: string) =>
  new KeystoneError('unsupported', `authenticate by Identity v2.0: it has no ${what}; allowed there: password or token, project, trust`);

/** The body of `POST /v2.0/tokens`. Throws `unsupported` for what came with v3. */
export function authBodyV2(credentials: Credentials, scope: Scope | undefined): object {
  return { auth: { ...credentialsOf(credentials), ...scopeOf(scope) } };
}

function credentialsOf(credentials: Credentials): object {
  switch (credentials.method) {
    case 'password': {
      const { user } = credentials;
      const password = Secret.of(credentials.password).reveal();
      return { passwordCredentials: user.id === undefined ? { username: user.name, password } : { userId: user.id, password } };
    }
    case 'token':
      return { token: { id: Secret.of(credentials.token).reveal() } };
    case 'application_credential':
      throw unsupported('application credentials');
  }
}

function scopeOf(scope: Scope | undefined): object {
  switch (scope?.kind) {
    case undefined:
    case 'unscoped':
      return {};
    case 'project':
      return scope.id === undefined ? { tenantName: scope.name } : { tenantId: scope.id };
    case 'trust':
      return { trust_id: scope.id };
    case 'domain':
      throw unsupported('domain scope');
    case 'system':
      throw unsupported('system scope');
  }
}

const url = z.string().nullish();
const instant = z
  .string()
  .transform((text) => Math.floor(Date.parse(text) / 1000))
  .pipe(z.number());
// Before 2016 `issued_at` came without a zone; it is UTC.
const issued = z
  .string()
  .transform((text) => Math.floor(Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`) / 1000))
  .pipe(z.number());
const service = z.object({
  type: z.string(),
  name: z.string().nullish(),
  endpoints: z.array(z.object({ region: z.string().nullish(), publicURL: url, internalURL: url, adminURL: url })),
});
const accessDocument = z.object({
  access: z.object({
    token: z.object({
      id: z.string().min(1),
      expires: instant,
      issued_at: issued.nullish(),
      tenant: z.object({ id: z.string(), name: z.string() }).nullish(),
    }),
    user: z.object({ id: z.string(), name: z.string(), roles: z.array(z.object({ name: z.string() })).nullish() }),
    serviceCatalog: z.array(service).nullish(),
    trust: z.object({ id: z.string(), trustor_user_id: z.string(), trustee_user_id: z.string() }).nullish(),
  }),
});

/** What `POST /v2.0/tokens` answers, and the token in it. `undefined` when it is no such document. */
export function identityFromV2(document: unknown): { readonly value: string; readonly identity: Identity } | undefined {
  const parsed = accessDocument.safeParse(document);
  if (!parsed.success) return undefined;
  const { token, user, serviceCatalog, trust } = parsed.data.access;
  return {
    value: token.id,
    identity: {
      user: { id: user.id, name: user.name },
      ...(token.tenant && { project: { id: token.tenant.id, name: token.tenant.name } }),
      isSystem: false,
      roles: (user.roles ?? []).map((role) => role.name),
      methods: [],
      ...(typeof token.issued_at === 'number' && { issuedAt: token.issued_at }),
      expiresAt: token.expires,
      ...(trust && { trust: { id: trust.id, trustorUserId: trust.trustor_user_id, trusteeUserId: trust.trustee_user_id } }),
      catalog: (serviceCatalog ?? []).map(serviceOf),
    },
  };
}

function serviceOf({ type, name, endpoints }: z.infer<typeof service>): CatalogService {
  return {
    type,
    name: name ?? '',
    endpoints: endpoints.flatMap((endpoint) => {
      const region = endpoint.region ?? '';
      const all: (CatalogEndpoint | undefined)[] = [
        endpoint.publicURL ? { interface: 'public', region, url: endpoint.publicURL } : undefined,
        endpoint.internalURL ? { interface: 'internal', region, url: endpoint.internalURL } : undefined,
        endpoint.adminURL ? { interface: 'admin', region, url: endpoint.adminURL } : undefined,
      ];
      return all.filter((each) => each !== undefined);
    }),
  };
}
