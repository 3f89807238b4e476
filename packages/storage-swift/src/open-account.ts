import { FreezerError, type RetryPolicy } from '@freezer/core';
import { KeystoneError, readCloud, readOpenrc, Secret, type SessionOptions, sessionOptionsFromEnvironment, type TlsOptions } from '@freezer/keystone-auth';
import type { Account } from './account.ts';
import { KeystoneAccount } from './keystone-account.ts';
import type { SwiftStorageOptions } from './options.ts';
import type { Transport } from './transport.ts';
import { V1Account, type V1Credentials } from './v1-account.ts';

/** How an account proves who it is. */
export type AccountPlan =
  | { readonly kind: 'keystone'; readonly session: SessionOptions; readonly tls: TlsOptions | undefined }
  | { readonly kind: 'v1'; readonly credentials: V1Credentials; readonly tls: TlsOptions | undefined };

const TLS_NAMES: ReadonlySet<string> = new Set(['OS_CACERT', 'OS_CERT', 'OS_KEY', 'OS_INSECURE']);
const V1_URL = /\/v1(\.0)?\/?$/;

/** Reads who we are from an `osrc` file, a `clouds.yaml` or the variables. Fails with `invalid`, naming what is missing. */
export async function planAccount({ osrc, variables: given, proxy, timeoutSeconds }: SwiftStorageOptions): Promise<AccountPlan> {
  try {
    const variables: Readonly<Record<string, string>> =
      osrc === undefined ? given : { ...onlyTls(given), ...(await readOpenrc(osrc)).variables, ...regionOf(given) };
    if (isV1(variables)) return v1Plan(variables);
    const session = variables['OS_CLOUD'] ? await cloudOf(variables) : sessionOptionsFromEnvironment(variables);
    return { kind: 'keystone', tls: session.tls, session: { ...session, ...(proxy !== undefined && { proxy }), timeoutSeconds: Math.min(timeoutSeconds, 30) } };
  } catch (error) {
    if (!KeystoneError.is(error)) throw error;
    throw new FreezerError('invalid', `swift storage: the account: ${error.message}`, { cause: error });
  }
}

/** Which region is meant may be said beside a file, and then counts. */
const regionOf = ({ OS_REGION_NAME: region }: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  region === undefined ? {} : { OS_REGION_NAME: region };

/** Who we are is a matter of the file alone; by what servers are judged may be said beside it. */
const onlyTls = (variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => TLS_NAMES.has(name)));

async function cloudOf(variables: Readonly<Record<string, string>>): Promise<SessionOptions> {
  const region = variables['OS_REGION_NAME'] ?? '';
  const session = await readCloud({ variables, ...(region !== '' && { region }) });
  return { ...session, tls: { ...tlsOf(variables), ...session.tls } };
}

function tlsOf(variables: Readonly<Record<string, string>>): TlsOptions {
  const [cacert, cert, key] = ['OS_CACERT', 'OS_CERT', 'OS_KEY'].map((name) => variables[name]);
  return {
    ...(cacert !== undefined && { cacert }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(/^(1|true|yes|on)$/i.test(variables['OS_INSECURE'] ?? '') && { insecure: true }),
  };
}

/** TempAuth has a URL of its own kind, unless the version says it. */
function isV1(variables: Readonly<Record<string, string>>): boolean {
  const version = variables['OS_IDENTITY_API_VERSION'] ?? variables['OS_AUTH_VERSION'];
  return version === '1' || version === '1.0' || variables['ST_AUTH'] !== undefined || V1_URL.test(variables['OS_AUTH_URL'] ?? '');
}

function v1Plan(variables: Readonly<Record<string, string>>): AccountPlan {
  const authUrl = variables['OS_AUTH_URL'] ?? variables['ST_AUTH'];
  const user = variables['OS_USERNAME'] ?? variables['ST_USER'];
  const key = variables['OS_PASSWORD'] ?? variables['ST_KEY'];
  if (authUrl === undefined || user === undefined || key === undefined)
    throw new FreezerError('invalid', 'swift storage: the account: OS_AUTH_URL, OS_USERNAME or OS_PASSWORD is missing');
  if (!/^https?:\/\//i.test(authUrl) || !URL.canParse(authUrl)) throw new FreezerError('invalid', 'swift storage: the account: OS_AUTH_URL is no URL');
  return { kind: 'v1', tls: tlsOf(variables), credentials: { authUrl, user, key: new Secret(key) } };
}

export const openAccount = (plan: AccountPlan, transport: Transport, policy: RetryPolicy): Account =>
  plan.kind === 'v1' ? new V1Account(plan.credentials, transport, policy) : new KeystoneAccount(plan.session);
