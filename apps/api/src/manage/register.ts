import { FreezerError } from '@freezer/core';
import { KeystoneSession, type SessionOptions, sessionOptionsFromEnvironment } from '@freezer/keystone-auth';
import { callKeystone, identityUrlOf, type KeystoneAnswer, type KeystoneCallOptions } from '../keystone/keystone-call.ts';
import { keystoneSessionOptions } from '../keystone/session-options.ts';
import type { ManageRun } from './manage-run.ts';

const SERVICE = { type: 'backup', name: 'freezer', description: 'Freezer Backup Service' };
const INTERFACES = ['public', 'internal', 'admin'] as const;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function refused(what: string, { status, document: { error } }: KeystoneAnswer): FreezerError {
  const reason = isRecord(error) && typeof error['message'] === 'string' ? `: ${error['message']}` : '';
  return new FreezerError(status >= 500 ? 'unavailable' : 'permission_denied', `${what}: Keystone answered ${status}${reason}`);
}

/** Makes what is not there yet, and says of each thing whether it was. */
class Registrar {
  readonly #options: KeystoneCallOptions;
  readonly #token: string;
  readonly #print: ManageRun['print'];

  constructor(options: KeystoneCallOptions, token: string, print: ManageRun['print']) {
    this.#options = options;
    this.#token = token;
    this.#print = print;
  }

  /** The id of the thing with these attributes, made when there is none. `one` and `many` are Keystone's words: `user`, `users`. */
  async ensure(one: string, many: string, query: Readonly<Record<string, string>>, body: object, label: string): Promise<string> {
    const found = await this.#find(many, query);
    if (found !== undefined) {
      await this.#print(`${label} is there\n`);
      return found;
    }
    const answer = await this.#call('POST', `/${many}`, { [one]: { ...query, ...body } });
    const made = answer.document[one];
    if (answer.status !== 201 || !isRecord(made) || typeof made['id'] !== 'string') throw refused(`make ${label}`, answer);
    await this.#print(`${label} is made\n`);
    return made['id'];
  }

  async find(many: string, query: Readonly<Record<string, string>>, label: string): Promise<string> {
    const found = await this.#find(many, query);
    if (found === undefined) throw new FreezerError('not_found', `Keystone has no ${label}`);
    return found;
  }

  async grant(project: string, user: string, role: string, label: string): Promise<void> {
    const answer = await this.#call('PUT', `/projects/${project}/users/${user}/roles/${role}`);
    if (answer.status !== 204) throw refused(label, answer);
    await this.#print(`${label}\n`);
  }

  /** An endpoint with another address is moved: the registration says where the service is now. */
  async endpoint(query: Readonly<Record<string, string>>, url: string, label: string): Promise<void> {
    const found = await this.#find('endpoints', query);
    if (found === undefined) {
      const { region_id: region, ...others } = query;
      const answer = await this.#call('POST', '/endpoints', { endpoint: { ...others, region_id: region, url } });
      if (answer.status !== 201) throw refused(`make ${label}`, answer);
    } else {
      const answer = await this.#call('PATCH', `/endpoints/${found}`, { endpoint: { url } });
      if (answer.status !== 200) throw refused(`change ${label}`, answer);
    }
    await this.#print(`${label} is ${url}\n`);
  }

  async region(id: string): Promise<void> {
    const answer = await this.#call('GET', `/regions/${encodeURIComponent(id)}`);
    if (answer.status === 200) return;
    const made = await this.#call('POST', '/regions', { region: { id } });
    if (made.status !== 201) throw refused(`make the region ${id}`, made);
    await this.#print(`region ${id} is made\n`);
  }

  async #find(many: string, query: Readonly<Record<string, string>>): Promise<string | undefined> {
    const answer = await this.#call('GET', `/${many}?${new URLSearchParams(query)}`);
    const rows = answer.document[many];
    if (answer.status !== 200 || !Array.isArray(rows)) throw refused(`list ${many}`, answer);
    const [first] = rows.filter(isRecord);
    return typeof first?.['id'] === 'string' ? first['id'] : undefined;
  }

  #call(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: object): Promise<KeystoneAnswer> {
    return callKeystone(this.#options, { method, path, token: this.#token, ...(body && { body }) });
  }
}

/** The account of the environment, as `admin.rc` sets it; else that of the configuration. */
function accountOf({ environment, settings }: ManageRun): SessionOptions {
  if (environment['OS_AUTH_URL']) return sessionOptionsFromEnvironment(environment);
  if (settings['keystone_authtoken.auth_url'] !== undefined) return keystoneSessionOptions(settings);
  throw new FreezerError('invalid', "keystone register needs an administrator's account: OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, ... in the environment");
}

function wanted({ settings, environment }: ManageRun) {
  const { url } = settings;
  if (url === undefined || !/^https?:\/\/[^/]/.test(url)) {
    throw new FreezerError('invalid', 'keystone register needs --url, the address of freezer-api for its callers, as in http://backup.example.org:9090');
  }
  const password = settings.service_password ?? settings['keystone_authtoken.password'];
  if (password === undefined) throw new FreezerError('invalid', 'keystone register needs --service-password, or [keystone_authtoken] password');
  return {
    url: url.replace(/\/+$/, ''),
    password,
    user: settings.service_user ?? settings['keystone_authtoken.username'] ?? 'freezer',
    project: settings.service_project ?? settings['keystone_authtoken.project_name'] ?? 'service',
    role: settings.service_role,
    region: settings.region ?? settings['keystone_authtoken.region_name'] ?? (environment['OS_REGION_NAME'] || 'RegionOne'),
    domain: settings['keystone_authtoken.user_domain_id'] ?? 'default',
  };
}

/** Makes user, role, service and endpoints as Freezer's manual lists them; what is there stays. Safe to repeat. */
export async function registerService(run: ManageRun): Promise<void> {
  if (run.verb !== 'register') throw new FreezerError('invalid', `keystone ${run.verb === '' ? 'needs a word' : `${run.verb} is unknown`}; allowed: register`);
  const { url, password, user, project, role, region, domain } = wanted(run);
  const account = accountOf(run);
  await using session = new KeystoneSession(account);
  const options = { identityUrl: identityUrlOf(account.authUrl), tls: account.tls ?? {}, timeoutSeconds: account.timeoutSeconds ?? 30 };
  const registrar = new Registrar(options, await session.token(), run.print);
  await registrar.region(region);
  const projectId = await registrar.ensure('project', 'projects', { name: project, domain_id: domain }, { enabled: true }, `project ${project}`);
  const userId = await registrar.ensure('user', 'users', { name: user, domain_id: domain }, { password, enabled: true }, `user ${user}`);
  const roleId = await registrar.find('roles', { name: role }, `role ${role}`);
  await registrar.grant(projectId, userId, roleId, `user ${user} has the role ${role} in project ${project}`);
  const { type, name, description } = SERVICE;
  const serviceId = await registrar.ensure('service', 'services', { type, name }, { description, enabled: true }, `service ${name} of the type ${type}`);
  for (const each of INTERFACES) {
    await registrar.endpoint({ service_id: serviceId, interface: each, region_id: region }, url, `${each} endpoint in ${region}`);
  }
}
