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

const V1_URL = /\/v1(\.0)?\/?$/;

/** Reads who we are from an `osrc` file, a `clouds.yaml` or the variables. Fails with `invalid`, naming what is missing. */
export async function planAccount({ osrc, variables: given, proxy, timeoutSeconds }: SwiftStorageOptions): Promise<AccountPlan> {
  try {
    const variables: Readonly<Record<string, string>> = osrc === undefined ? given : (await readOpenrc(osrc)).variables;
    if (isV1(variables)) return v1Plan(variables);
    const session = variables['OS_CLOUD'] ? await readCloud({ variables }) : sessionOptionsFromEnvironment(variables);
    return { kind: 'keystone', tls: session.tls, session: { ...session, ...(proxy !== undefined && { proxy }), timeoutSeconds: Math.min(timeoutSeconds, 30) } };
  } catch (error) {
    if (!KeystoneError.is(error)) throw error;
    throw new FreezerError('invalid', `swift storage: the account: ${error.message}`, { cause: error });
  }
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
  const cacert = variables['OS_CACERT'];
  const tls = { ...(cacert !== undefined && { cacert }), ...(/^(1|true|yes|on)$/i.test(variables['OS_INSECURE'] ?? '') && { insecure: true }) };
  return { kind: 'v1', tls, credentials: { authUrl, user, key: new Secret(key) } };
}

export const openAccount = (plan: AccountPlan, transport: Transport, policy: RetryPolicy): Account =>
  plan.kind === 'v1' ? new V1Account(plan.credentials, transport, policy) : new KeystoneAccount(plan.session);
