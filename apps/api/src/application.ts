import { type ApiDeps, type Authenticate, createApi, createPolicy, type Policy, type Trusts } from '@freezer/api';
import type { Logger, Store } from '@freezer/core';
import { KeystoneSession } from '@freezer/keystone-auth';
import type { SettingsHost } from '@freezer/settings';
import { keystoneAuthenticate, keystoneChallenge } from './auth/keystone-authenticate.ts';
import { remembering } from './auth/remembered.ts';
import { TRIAL_CHALLENGE, trialAuthenticate } from './auth/trial-authenticate.ts';
import { healthOf } from './health/unhealthy.ts';
import type { LastHandler } from './http/handler.ts';
import { checkTlsFiles } from './keystone/check-tls-files.ts';
import { identityUrlOf } from './keystone/keystone-call.ts';
import { keystoneSessionOptions } from './keystone/session-options.ts';
import { trusteeFinder } from './keystone/trustee.ts';
import { TrustMaker } from './keystone/trusts.ts';
import type { ApiSettings } from './settings/api-table.ts';
import { authSectionOf } from './settings/auth-section.ts';
import { readPolicyFiles } from './settings/policy-files.ts';
import type { ResolvedApi } from './settings/resolve-api.ts';
import { trialToken } from './trial/trial-file.ts';

/** The routes with everything that they need. */
export interface Application extends AsyncDisposable {
  readonly handler: LastHandler;
  readonly authenticate: Authenticate;
  /** Takes the policy of these settings. Fails with `invalid`, and then the one before stays. */
  reload(resolved: ResolvedApi): Promise<void>;
}

export interface ApplicationRequest {
  readonly resolved: ResolvedApi;
  readonly host: SettingsHost;
  readonly logger: Logger;
  readonly store: Store;
}

interface OwnTrusts {
  readonly trusts: Trusts;
  /** Of the account that is trusted, where it is not our own. */
  readonly session: KeystoneSession | undefined;
}

interface Authentication {
  readonly authenticate: Authenticate;
  readonly challenge: string;
  readonly trusts?: Trusts | undefined;
  close(): Promise<void>;
}

/** Trusts for the user of central schedulers: our own, or the one that the configuration names. */
async function trustsOf(settings: ApiSettings, session: KeystoneSession, warn: (text: string) => void): Promise<OwnTrusts | undefined> {
  if (!settings['centralized_scheduler.enabled']) return undefined;
  const section = authSectionOf(settings);
  const options = keystoneSessionOptions(settings, section);
  await checkTlsFiles(options, section);
  const own = section === 'keystone_authtoken' ? undefined : new KeystoneSession({ ...options, onWarning: warn });
  const call = { identityUrl: identityUrlOf(options.authUrl), tls: options.tls ?? {}, timeoutSeconds: options.timeoutSeconds ?? 30 };
  const name = own ? undefined : settings['centralized_scheduler.service_user'] || undefined;
  const domain = settings['centralized_scheduler.service_user_domain'] || undefined;
  const trustee = trusteeFinder({ session: own ?? session, call, name, domain });
  return { trusts: new TrustMaker({ trustee, call, roles: settings['centralized_scheduler.trusts_delegated_roles'] }), session: own };
}

async function authenticationOf({ resolved: { settings, auth }, logger }: ApplicationRequest): Promise<Authentication> {
  if (auth === 'none') {
    return { authenticate: trialAuthenticate(await trialToken(settings.state_dir)), challenge: TRIAL_CHALLENGE, close: () => Promise.resolve() };
  }
  const options = keystoneSessionOptions(settings);
  await checkTlsFiles(options, 'keystone_authtoken');
  const warn = (text: string): void => logger.warn({}, text);
  const session = new KeystoneSession({ ...options, onWarning: warn });
  const own = await trustsOf(settings, session, warn);
  return {
    authenticate: remembering(keystoneAuthenticate(session, settings, logger)),
    challenge: keystoneChallenge(settings),
    trusts: own?.trusts,
    close: async () => void (await Promise.all([session.close(), own?.session?.close()])),
  };
}

/** The rules: those of 2026, or of 13.0 when the new defaults are not to be enforced, and what the files of the host change. */
async function policyOf(resolved: ResolvedApi, host: SettingsHost, logger: Logger): Promise<Policy> {
  const files = await readPolicyFiles(resolved, host);
  const preset = resolved.settings['oslo_policy.enforce_new_defaults'] ? 'secure' : 'legacy';
  return createPolicy({ preset, files: files.map(({ path, text }) => ({ name: path, text })), logger });
}

/** Puts the application together. Fails with `invalid` for what the configuration says wrong. */
export async function buildApplication(request: ApplicationRequest): Promise<Application> {
  const { resolved, host, logger, store } = request;
  const { settings } = resolved;
  let policy = await policyOf(resolved, host, logger);
  const { authenticate, challenge, trusts, close } = await authenticationOf(request);
  const deps: ApiDeps = {
    store,
    authenticate,
    challenge,
    trusts,
    enforceTrusts: settings['centralized_scheduler.enforce_trusts'],
    policy: { allows: (rule, caller, project) => policy.allows(rule, caller, project) },
    versions: { v1: settings.enable_v1_api, v2: settings.enable_v2_api },
    unhealthy: healthOf(settings, store, logger),
    maxBodyBytes: settings['oslo_middleware.max_request_body_size'],
    runs: { keepDays: settings.run_days, keepCount: settings.run_count },
    logger,
  };
  return {
    handler: createApi(deps),
    authenticate,
    reload: async (again) => {
      policy = await policyOf(again, host, logger);
    },
    [Symbol.asyncDispose]: close,
  };
}
