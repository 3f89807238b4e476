import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@freezer/testing';

const LAB = join(import.meta.dirname, '../../../../tools/lab');

/** A user of the lab in a project. */
export interface Account {
  readonly user: string;
  readonly password: string;
  readonly project: string;
}

/** A real Keystone with the users, projects and endpoints that the tests of schedulers need. */
export class Keystone {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #tokenSeconds: number;

  private constructor(folder: string, port: number, tokenSeconds = 3600) {
    this.#folder = folder;
    this.#port = port;
    this.#tokenSeconds = tokenSeconds;
    this.url = `http://127.0.0.1:${port}/v3`;
  }

  /** One that somebody else has started, on a port that is known. */
  static at(folder: string, port: number): Keystone {
    return new Keystone(folder, port);
  }

  /** `tokenSeconds`: how long a token lives. */
  static async start(folder: string, tokenSeconds?: number): Promise<Keystone> {
    const keystone = new Keystone(folder, await freePort(), tokenSeconds);
    keystone.start();
    return keystone;
  }

  get admin(): Account {
    return { user: 'admin', password: readFileSync(join(this.#folder, 'admin-password'), 'utf8').trim(), project: 'admin' };
  }

  start(): void {
    const env = { KEYSTONE_PORT: String(this.#port), KEYSTONE_TOKEN_SECONDS: String(this.#tokenSeconds) };
    execFileSync(join(LAB, 'keystone.sh'), ['start', this.#folder], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  stop(): void {
    execFileSync(join(LAB, 'keystone.sh'), ['stop', this.#folder]);
  }

  environment({ user, password, project }: Account): Record<string, string> {
    return {
      OS_AUTH_URL: this.url,
      OS_USERNAME: user,
      OS_PASSWORD: password,
      OS_PROJECT_NAME: project,
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
    };
  }

  /** A user with a role in a project; what is not there is made. */
  async account(user: string, project: string, role: string): Promise<Account> {
    const password = `pw-${user}`;
    const token = await this.#token();
    const userId = await this.#ensure(token, 'user', { name: user, domain_id: 'default' }, { password });
    const projectId = await this.#ensure(token, 'project', { name: project, domain_id: 'default' }, {});
    const roleId = await this.#ensure(token, 'role', { name: role }, {});
    await this.#call(`/projects/${projectId}/users/${userId}/roles/${roleId}`, 'PUT', token);
    return { user, password, project };
  }

  /** Makes all tokens of a user useless that there are, those that nobody has seen as well. */
  async revokeAll(userId: string): Promise<void> {
    const token = await this.#token();
    for (const enabled of [false, true]) await this.#call(`/users/${userId}`, 'PATCH', token, { user: { enabled } });
  }

  async revokeTrust(id: string, owner: Account): Promise<void> {
    await this.#call(`/OS-TRUST/trusts/${id}`, 'DELETE', (await this.login(owner)).token);
  }

  async setPassword(userId: string, password: string): Promise<void> {
    await this.#call(`/users/${userId}`, 'PATCH', await this.#token(), { user: { password } });
  }

  /** A token and its project, as somebody hands them over. */
  async login({ user, password, project }: Account): Promise<{ readonly token: string; readonly projectId: string; readonly userId: string }> {
    const domain = { id: 'default' };
    const auth = { identity: { methods: ['password'], password: { user: { name: user, domain, password } } }, scope: { project: { name: project, domain } } };
    const response = await fetch(`${this.url}/auth/tokens`, {
      method: 'POST',
      body: JSON.stringify({ auth }),
      headers: { 'content-type': 'application/json' },
    });
    const { token } = (await response.json()) as { readonly token: { readonly project: { readonly id: string }; readonly user: { readonly id: string } } };
    return { token: response.headers.get('x-subject-token') ?? '', projectId: token.project.id, userId: token.user.id };
  }

  /** Puts the backup service into the catalog. */
  async register(url: string): Promise<void> {
    const token = await this.#token();
    const service = await this.#ensure(token, 'service', { type: 'backup', name: 'freezer' }, {});
    for (const kind of ['public', 'internal', 'admin'])
      await this.#call('/endpoints', 'POST', token, { endpoint: { service_id: service, interface: kind, url, region_id: 'RegionOne' } });
  }

  async #token(): Promise<string> {
    return (await this.login(this.admin)).token;
  }

  async #call(path: string, method: string, token: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      body: body ? JSON.stringify(body) : null,
      headers: { 'content-type': 'application/json', 'x-auth-token': token },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
  }

  async #ensure(token: string, one: string, query: Readonly<Record<string, string>>, more: object): Promise<string> {
    const found = await this.#call(`/${one}s?${new URLSearchParams(query)}`, 'GET', token);
    const [first] = found[`${one}s`] as readonly { readonly id: string }[];
    if (first) return first.id;
    const made = await this.#call(`/${one}s`, 'POST', token, { [one]: { ...query, ...more } });
    return (made[one] as { readonly id: string }).id;
  }
}
