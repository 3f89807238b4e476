import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallOptions, FreezerClient } from '@freezer/client-sdk';
import { createNodeTransport } from '@freezer/client-sdk/node';
import { FreezerError, type Logger, systemCodeOf } from '@freezer/core';
import { KeystoneSession, type SessionOptions, sessionOptionsFromEnvironment } from '@freezer/keystone-auth';
import { type ApiAccess, accountVariables, type JobOwner, type SchedulerSettings } from '@freezer/scheduler';
import * as z from 'zod';

export interface ConnectOptions {
  readonly settings: SchedulerSettings;
  /** Names and values from the environment, of which `OS_*` count. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folders in which a trial API of the same user says where it is. */
  readonly trialFolders: readonly string[];
  readonly logger: Logger;
  /** Of the scheduler's installation: sent with each request, so that a poll is a sign of life. */
  readonly instance?: string;
}

const TRIAL_FILE = 'api-trial.json';
/** The project of an API without authentication, when its file names none. */
const TRIAL_PROJECT = 'trial';

const trialFile = z.object({ url: z.url(), token: z.string().min(1), project: z.string().min(1).optional() });

/** The API that the settings mean. Sends nothing yet. Fails with `invalid` when they name none. */
export async function connectApi(options: ConnectOptions): Promise<ApiAccess> {
  const variables = { ...options.environment, ...accountVariables(options.settings) };
  const token = variables['OS_TOKEN'] || variables['OS_AUTH_TOKEN'];
  const url = variables['OS_BACKUP_URL'];
  // As with the command freezer: a token that somebody hands over serves where the API is, and no Keystone is asked.
  if (!variables['OS_AUTH_URL'] && url && token) return tokenAccess(url, token, variables['OS_PROJECT_ID'], options);
  const named = Boolean(variables['OS_AUTH_URL'] || token);
  const trial = named ? undefined : await readTrial(options.trialFolders);
  return trial ? trialAccess(trial, options) : new KeystoneAccess(sessionOptionsFromEnvironment(variables), options);
}

async function readTrial(folders: readonly string[]): Promise<z.infer<typeof trialFile> | undefined> {
  for (const folder of folders) {
    const path = join(folder, TRIAL_FILE);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return undefined;
      throw error;
    });
    if (text === undefined) continue;
    try {
      return trialFile.parse(JSON.parse(text));
    } catch (error) {
      throw new FreezerError('invalid', `${path} is not what an API for trials writes`, { cause: error });
    }
  }
  return undefined;
}

function trialAccess({ url, token, project = TRIAL_PROJECT }: z.infer<typeof trialFile>, options: ConnectOptions): ApiAccess {
  const client = new FreezerClient({
    endpoint: url,
    project,
    token: () => token,
    ...callsOf(options),
  });
  return {
    client,
    behalfOf: ({ projectId }) => (projectId ? client.inProject(projectId) : client),
    projectId: async () => project,
    isTrial: true,
    close: () => client.close(),
  };
}

function tokenAccess(endpoint: string, token: string, project: string | undefined, options: ConnectOptions): ApiAccess {
  if (!project) throw new FreezerError('invalid', 'with OS_TOKEN and OS_BACKUP_URL alone, OS_PROJECT_ID must say in which project; or set OS_AUTH_URL');
  const client = new FreezerClient({
    endpoint,
    project,
    token: () => token,
    version: options.settings['scheduler.enable_v1_api'] ? '1' : '2',
    transport: createNodeTransport(tlsOf(options.settings)),
    ...callsOf(options),
  });
  return { client, behalfOf: () => client, projectId: async () => project, isTrial: false, close: () => client.close() };
}

class KeystoneAccess implements ApiAccess {
  readonly client: FreezerClient;
  readonly isTrial = false;
  readonly #session: KeystoneSession;
  readonly #options: ConnectOptions;
  readonly #sessionOptions: SessionOptions;
  readonly #projects = new Map<string, FreezerClient>();
  readonly #trusts = new Map<string, { readonly session: KeystoneSession; readonly client: FreezerClient }>();

  constructor(sessionOptions: SessionOptions, options: ConnectOptions) {
    this.#options = options;
    this.#sessionOptions = {
      ...sessionOptions,
      timeoutSeconds: options.settings['scheduler.http_timeout'],
      onWarning: (text) => options.logger.warn({}, text),
    };
    this.#session = new KeystoneSession(this.#sessionOptions);
    this.client = this.#clientOf(this.#session);
  }

  behalfOf({ trustId, projectId }: JobOwner): FreezerClient {
    if (trustId === undefined) return this.#inProject(projectId);
    const known = this.#trusts.get(trustId);
    if (known) return known.client;
    const session = new KeystoneSession({ ...this.#sessionOptions, scope: { kind: 'trust', id: trustId } });
    const client = this.#clientOf(session);
    this.#trusts.set(trustId, { session, client });
    return client;
  }

  /** A central scheduler also tells of jobs that carry no trust: in their own project, as far as its role goes. */
  #inProject(projectId: string | undefined): FreezerClient {
    if (projectId === undefined || !this.#options.settings['scheduler.centralized_scheduler']) return this.client;
    const known = this.#projects.get(projectId) ?? this.client.inProject(projectId);
    this.#projects.set(projectId, known);
    return known;
  }

  async projectId(call?: Pick<CallOptions, 'signal'>): Promise<string> {
    const { project } = await this.#session.identity(call);
    if (!project) throw new FreezerError('invalid', 'the account has no project; set OS_PROJECT_NAME or OS_PROJECT_ID');
    return project.id;
  }

  async close(): Promise<void> {
    const all = [{ session: this.#session, client: this.client }, ...this.#trusts.values()];
    await Promise.all(all.map(async ({ session, client }) => Promise.all([client.close(), session.close()])));
  }

  #clientOf(session: KeystoneSession): FreezerClient {
    const { settings } = this.#options;
    const url = settings['service_auth.os_backup_url'];
    return new FreezerClient({
      endpoint: url ?? ((call) => session.endpoint({ type: 'backup' }, call)),
      project: async (call) => {
        const { project } = await session.identity(call);
        if (!project) throw new FreezerError('invalid', 'the account has no project; set OS_PROJECT_NAME or OS_PROJECT_ID');
        return project.id;
      },
      token: (rejected) => (rejected === undefined ? session.token() : session.renew(rejected)),
      version: settings['scheduler.enable_v1_api'] ? '1' : '2',
      transport: createNodeTransport(tlsOf(settings)),
      ...callsOf(this.#options),
    });
  }
}

/** How calls are made, whatever lets them in. */
const callsOf = ({ settings, instance }: ConnectOptions) => ({
  timeoutSeconds: settings['scheduler.http_timeout'],
  retries: settings['scheduler.http_retries'],
  ...(instance !== undefined && { headers: { 'x-freezer-instance': instance } }),
});

function tlsOf(settings: SchedulerSettings): Parameters<typeof createNodeTransport>[0] {
  const cacert = settings['service_auth.os_cacert'];
  const cert = settings['service_auth.os_cert'];
  const key = settings['service_auth.os_key'];
  return { insecure: settings['scheduler.insecure'], ...(cacert && { cacert }), ...(cert && { cert }), ...(key && { key }) };
}
