import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '@freezer/testing';
import { ask, documentOf } from './ask.ts';
import type { Place } from './place.ts';

const SCRIPT = fileURLToPath(new URL('../../../../tools/lab/keystone.sh', import.meta.url));

/** A user of the lab in a project. */
export interface Account {
  readonly user: string;
  readonly password: string;
  readonly project: string;
}

/** A real Keystone with projects and users as tests need them. */
export class Keystone {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #admin: Account;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}/v3`;
    this.#admin = { user: 'admin', password: readFileSync(`${folder}/admin-password`, 'utf8').trim(), project: 'admin' };
  }

  static async start(place: Place): Promise<Keystone> {
    const folder = place.path('keystone');
    const port = await freePort();
    execFileSync(SCRIPT, ['start', folder], { env: { KEYSTONE_PORT: String(port) }, stdio: ['ignore', 'ignore', 'inherit'] });
    return new Keystone(folder, port);
  }

  get admin(): Account {
    return this.#admin;
  }

  stop(): void {
    execFileSync(SCRIPT, ['stop', this.#folder]);
  }

  again(): void {
    execFileSync(SCRIPT, ['start', this.#folder], { env: { KEYSTONE_PORT: String(this.#port) }, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** What `admin.rc` of an account sets. */
  environment({ user, password, project }: Account): Record<string, string> {
    return {
      OS_AUTH_URL: this.url,
      OS_USERNAME: user,
      OS_PASSWORD: password,
      OS_PROJECT_NAME: project,
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_IDENTITY_API_VERSION: '3',
      OS_REGION_NAME: 'RegionOne',
    };
  }

  /** A token, with the ids that it stands for. */
  async login({ user, password, project }: Account): Promise<{ readonly token: string; readonly userId: string; readonly projectId: string }> {
    const domain = { id: 'default' };
    const auth = { identity: { methods: ['password'], password: { user: { name: user, domain, password } } }, scope: { project: { name: project, domain } } };
    const answer = await ask(`${this.url}/auth/tokens`, { method: 'POST', body: { auth } });
    const { token } = documentOf(answer) as { readonly token: { readonly user: { readonly id: string }; readonly project: { readonly id: string } } };
    return { token: String(answer.headers['x-subject-token']), userId: token.user.id, projectId: token.project.id };
  }

  /** A user with a role in a project; what is not there is made. */
  async account(user: string, project: string, role: string): Promise<Account> {
    const { token } = await this.login(this.#admin);
    const password = `pw of ${user}`;
    const userId = await this.#ensure(token, 'user', { name: user, domain_id: 'default' }, { password });
    const projectId = await this.#ensure(token, 'project', { name: project, domain_id: 'default' }, {});
    const roleId = await this.#ensure(token, 'role', { name: role }, {});
    await ask(`${this.url}/projects/${projectId}/users/${userId}/roles/${roleId}`, { method: 'PUT', token });
    return { user, password, project };
  }

  async revoke(token: string): Promise<void> {
    const { token: admin } = await this.login(this.#admin);
    await ask(`${this.url}/auth/tokens`, { method: 'DELETE', token: admin, headers: { 'x-subject-token': token } });
  }

  async #ensure(token: string, one: string, query: Readonly<Record<string, string>>, more: object): Promise<string> {
    const found = documentOf(await ask(`${this.url}/${one}s?${new URLSearchParams(query)}`, { token }));
    const [first] = found[`${one}s`] as readonly { readonly id: string }[];
    if (first) return first.id;
    const made = documentOf(await ask(`${this.url}/${one}s`, { method: 'POST', token, body: { [one]: { ...query, ...more } } }));
    return (made[one] as { readonly id: string }).id;
  }
}
