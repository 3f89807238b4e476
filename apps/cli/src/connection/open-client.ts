import { FreezerClient, type Transport } from '@freezer/client-sdk';
import { createNodeTransport } from '@freezer/client-sdk/node';
import { FreezerError } from '@freezer/core';
import { KeystoneSession } from '@freezer/keystone-auth';
import { type GivenValues, textOf } from '../command-line/command.ts';
import { apiVersion, cloudVariables, present, sessionSettings, type Variables } from './cloud-settings.ts';
import { reportingTransport } from './reporting-transport.ts';
import { readTrialAccess, stateFolder } from './trial-access.ts';

export interface OpenClientOptions {
  readonly environment: Variables;
  readonly values: GivenValues;
  readonly isRoot: boolean;
  /** Told in one line of each request, never with a token. */
  readonly onRequest: (text: string) => void;
  readonly onWarning: (text: string) => void;
}

export interface OpenedClient extends AsyncDisposable {
  readonly client: FreezerClient;
}

const TIMEOUT_SECONDS = 60;

/**
 * The backup service that options and environment mean: of a cloud, at OS_BACKUP_URL with a token, or a trial of this user.
 * Sends nothing yet. Fails with `unauthenticated` when nothing says which, with `invalid` when that is wrong.
 */
export async function openClient(options: OpenClientOptions): Promise<OpenedClient> {
  const variables = await cloudVariables(options.environment, options.values);
  const version = apiVersion(variables);
  const timeoutSeconds = secondsOf(textOf(options.values, 'timeout'));
  const login = await sessionSettings(variables, options.values);
  const url = present(variables, 'OS_BACKUP_URL') ? variables['OS_BACKUP_URL'] : undefined;
  const shared = { version, timeoutSeconds, headers: { 'user-agent': 'freezer-cli' } } as const;
  const open = (tls: Parameters<typeof createNodeTransport>[0]): Transport => reportingTransport(createNodeTransport(tls), options.onRequest);

  if (login !== undefined) {
    const session = new KeystoneSession({ ...login, timeoutSeconds, onWarning: options.onWarning });
    const client = new FreezerClient({
      ...shared,
      endpoint: url ?? ((call) => session.endpoint({ type: 'backup' }, call)),
      project: async (call) => (await session.identity(call)).project?.id ?? '',
      token: (rejected) => (rejected === undefined ? session.token() : session.renew(rejected)),
      transport: open(login.tls),
    });
    return { client, [Symbol.asyncDispose]: async () => void (await Promise.all([client.close(), session.close()])) };
  }
  const direct = url === undefined ? undefined : (variables['OS_TOKEN'] ?? variables['OS_AUTH_TOKEN']);
  const folder = textOf(options.values, 'state-dir') ?? stateFolder(options.environment, options.isRoot);
  const trial = direct === undefined ? await readTrialAccess(folder) : undefined;
  const token = direct ?? trial?.token;
  const endpoint = url ?? trial?.url;
  if (token === undefined || endpoint === undefined)
    throw new FreezerError(
      'unauthenticated',
      `OS_AUTH_URL should be provided: set the OS_* variables (source openrc.sh), or give --os-cloud, --openrc or --os-auth-url; ${folder} names no trial API, either`,
    );
  const project = variables['OS_PROJECT_ID'] || trial?.project;
  const tls = {
    ...(present(variables, 'OS_CACERT') && { cacert: variables['OS_CACERT'] ?? '' }),
    ...(present(variables, 'OS_INSECURE') && { insecure: variables['OS_INSECURE'] === 'true' }),
  };
  const client = new FreezerClient({ ...shared, endpoint, token: () => token, ...(project !== undefined && { project }), transport: open(tls) });
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return TIMEOUT_SECONDS;
  const seconds = Number(text);
  if (!(seconds > 0) || !Number.isFinite(seconds)) throw new FreezerError('invalid', `--timeout '${text}': it must be a number of seconds above 0`);
  return seconds;
}
