import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../../ci/step.mjs';

const lab = (name) => join(ROOT, 'tools', 'lab', name);

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One request with a JSON body; throws for an answer that is an error. */
export async function ask(url, { method = 'GET', token, body } = {}) {
  const response = await fetch(url, {
    method,
    headers: { ...(token && { 'x-auth-token': token }), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 300)}`);
  return { headers: response.headers, document: text === '' ? undefined : JSON.parse(text) };
}

/** A real Keystone with the user of the service and one user, `alpha`, who is member of a project of the same name. */
export class Keystone {
  #folder;

  static async start(work) {
    const keystone = new Keystone();
    const port = await freePort();
    keystone.#folder = join(work, 'keystone');
    execFileSync(lab('keystone.sh'), ['start', keystone.#folder], {
      env: { ...process.env, KEYSTONE_PORT: String(port), KEYSTONE_TOKEN_SECONDS: '86400' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    keystone.url = `http://127.0.0.1:${port}/v3`;
    await keystone.#users();
    return keystone;
  }

  async #users() {
    const password = readFileSync(join(this.#folder, 'admin-password'), 'utf8').trim();
    const { token } = await this.login('admin', password, 'admin');
    const make = async (one, query, more = {}) => {
      const { document } = await ask(`${this.url}/${one}s?${new URLSearchParams(query)}`, { token });
      if (document[`${one}s`].length > 0) return document[`${one}s`][0].id;
      return (await ask(`${this.url}/${one}s`, { method: 'POST', token, body: { [one]: { ...query, ...more } } })).document[one].id;
    };
    for (const [user, project, role] of [
      ['freezer', 'service', 'admin'],
      ['freezer', 'service', 'service'],
      ['alpha', 'alpha', 'member'],
    ]) {
      const userId = await make('user', { name: user, domain_id: 'default' }, { password: `pw-${user}` });
      const projectId = await make('project', { name: project, domain_id: 'default' });
      const roleId = await make('role', { name: role });
      await ask(`${this.url}/projects/${projectId}/users/${userId}/roles/${roleId}`, { method: 'PUT', token });
    }
  }

  async login(name, password = `pw-${name}`, projectName = name) {
    const domain = { id: 'default' };
    const auth = { identity: { methods: ['password'], password: { user: { name, domain, password } } }, scope: { project: { name: projectName, domain } } };
    const { headers, document } = await ask(`${this.url}/auth/tokens`, { method: 'POST', body: { auth } });
    return { token: headers.get('x-subject-token'), projectId: document.token.project.id, userId: document.token.user.id };
  }

  /** What makes a command log in as alpha. */
  get environment() {
    const names = {
      OS_USERNAME: 'alpha',
      OS_PASSWORD: 'pw-alpha',
      OS_PROJECT_NAME: 'alpha',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
    };
    return { OS_AUTH_URL: this.url, OS_IDENTITY_API_VERSION: '3', OS_REGION_NAME: 'RegionOne', ...names };
  }

  stop() {
    execFileSync(lab('keystone.sh'), ['stop', this.#folder]);
  }
}

/** Debian's freezer-api on SQLite, in two processes of uwsgi. */
export class PythonApi {
  name = 'Python';
  #environment;
  #folder;

  static async start(work, keystone) {
    const api = new PythonApi();
    const port = await freePort();
    api.#folder = join(work, 'python-api');
    api.#environment = { ...process.env, KEYSTONE_URL: keystone.url, SERVICE_PASSWORD: 'pw-freezer', PYTHON_API_PORT: String(port), PYTHON_API_PROCESSES: '2' };
    execFileSync(lab('python-api.sh'), ['start', api.#folder], { env: api.#environment, stdio: ['ignore', 'ignore', 'inherit'] });
    api.url = `http://127.0.0.1:${port}`;
    api.database = join(api.#folder, 'freezer.db');
    api.pid = Number(readFileSync(join(api.#folder, 'pid'), 'utf8'));
    return api;
  }

  async stop() {
    execFileSync(lab('python-api.sh'), ['stop', this.#folder], { env: this.#environment });
  }
}

/** Where our freezer-api keeps its state and reads its settings; built for this run, what lies in apps/api/dist may be of another day. */
export class OurPlace {
  constructor(work, name, keystone, build) {
    this.state = join(work, name);
    this.build = build;
    this.settings = join(work, `${name}.conf`);
    mkdirSync(this.state, { recursive: true, mode: 0o700 });
    const account = 'username = freezer\npassword = pw-freezer\nproject_name = service\nuser_domain_name = Default\nproject_domain_name = Default';
    writeFileSync(
      this.settings,
      `[DEFAULT]\nbind_host = 127.0.0.1\nlog_file = ${join(work, `${name}.log`)}\n[keystone_authtoken]\nauth_url = ${keystone.url}\nwww_authenticate_uri = ${keystone.url}\n${account}\n`,
      { mode: 0o600 },
    );
  }

  static build(work) {
    const folder = join(work, 'api');
    execFileSync(process.execPath, ['build.mjs', folder], { cwd: join(ROOT, 'apps', 'api'), stdio: ['ignore', 'ignore', 'inherit'] });
    // The one library that is not in the bundle.
    execFileSync('ln', ['-s', join(ROOT, 'apps', 'api', 'node_modules'), join(folder, 'node_modules')]);
    return folder;
  }

  get database() {
    return join(this.state, 'api.sqlite');
  }

  manage(...words) {
    return execFileSync(process.execPath, [join(this.build, 'manage.js'), '--config-file', this.settings, '--state-dir', this.state, ...words], {
      encoding: 'utf8',
    });
  }
}

export class OurApi {
  #child;

  /** `node`: more arguments of Node, as for a profile. */
  static async start(place, { name = 'ours', options = [], node = [] } = {}) {
    const api = new OurApi();
    api.name = name;
    const argv = [...node, join(place.build, 'main.js'), '--config-file', place.settings, '--state-dir', place.state, '--bind-port', '0', ...options];
    const errors = openSync(`${place.state}.err`, 'a');
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', errors], cwd: place.state });
    api.#child = child;
    api.pid = child.pid;
    api.url = await new Promise((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
        const found = /^freezer-api listens on (\S+)$/m.exec(text);
        if (found) resolve(found[1]);
      });
      child.once('close', () => reject(new Error(`freezer-api ended: ${readFileSync(`${place.state}.err`, 'utf8').slice(-2000)}`)));
    });
    return api;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
  }
}
