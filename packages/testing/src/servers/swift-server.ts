import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, freePorts } from './free-port.ts';
import { LabScript, readVariables } from './lab-script.ts';

type UserName = 'freezer' | 'reader' | 'other';

/** What `tools/lab/swift.sh` writes down. */
export interface SwiftFacts {
  readonly keystone: { readonly authUrl: string; readonly region: string };
  /** Of the project of `freezer`. */
  readonly swift: { readonly url: string };
  /** `freezer` may make containers, `reader` may not, `other` belongs to another project. */
  readonly users: Readonly<Record<UserName, { readonly id: string; readonly password: string; readonly project: string; readonly projectId: string }>>;
  readonly applicationCredential: { readonly id: string; readonly name: string; readonly secret: string };
  readonly tempauth: { readonly authUrl: string; readonly user: string; readonly key: string };
}

/** What an object is, as a server says. */
export interface SwiftObject {
  readonly size: number;
  /** Names in small letters. */
  readonly headers: Headers;
}

/** A real Swift with its Keystone on 127.0.0.1, in a folder of its own, on ports that are free, for one test file. Needs the packages of `tools/lab/install.sh`. */
export class SwiftServer {
  readonly folder: string;
  readonly port: number;
  readonly facts: SwiftFacts;
  readonly #script: LabScript;
  #token: string | undefined;

  private constructor(script: LabScript, folder: string, port: number) {
    this.#script = script;
    this.folder = folder;
    this.port = port;
    this.facts = JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8'));
  }

  static async start(): Promise<SwiftServer> {
    const folder = mkdtempSync(join(tmpdir(), 'swift-lab-'));
    const [port, keystone] = [await freePorts(5), await freePort()];
    const script = new LabScript('swift.sh', folder, { SWIFT_PORT: `${port}`, KEYSTONE_PORT: `${keystone}` });
    script.start();
    return new SwiftServer(script, folder, port);
  }

  stop(): void {
    this.#script.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** The variables of one of its rc files, such as `freezer`: `OS_*`. */
  variables(name: 'swift' | 'reader' | 'other' | 'tempauth' | 's3'): Readonly<Record<string, string>> {
    return readVariables(join(this.folder, `${name}.rc`));
  }

  /** A user of Keystone, by the names of settings. */
  settings(user: UserName = 'freezer'): Readonly<Record<string, unknown>> {
    return lowerCase(this.variables(user === 'freezer' ? 'swift' : user));
  }

  /** The account without Keystone, by the names of settings. */
  v1Settings(): Readonly<Record<string, unknown>> {
    return lowerCase(this.v1Variables());
  }

  /** The account without Keystone, as `OS_*`; `port`: that of a proxy before the server. */
  v1Variables(port: number = this.port): Readonly<Record<string, string>> {
    const { authUrl, user, key } = this.facts.tempauth;
    return { OS_AUTH_URL: authUrl.replace(`:${this.port}/`, `:${port}/`), OS_USERNAME: user, OS_PASSWORD: key };
  }

  /** A token of the user `freezer`, as somebody else may hand it over. */
  async token(): Promise<string> {
    if (this.#token !== undefined) return this.#token;
    const { authUrl } = this.facts.keystone;
    const { id, password, projectId } = this.facts.users.freezer;
    const identity = { methods: ['password'], password: { user: { id, password } } };
    const answer = await fetch(`${authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth: { identity, scope: { project: { id: projectId } } } }),
    });
    const token = answer.headers.get('x-subject-token');
    if (token === null) throw new TypeError(`Keystone answered ${answer.status}: ${await answer.text()}`);
    this.#token = token;
    return token;
  }

  /** The names of all objects in a container of the user `freezer`; none when there is no such container. */
  async names(container: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (;;) {
      const answer = await this.#ask('GET', `${container}?marker=${encodeURIComponent(found.at(-1) ?? '')}`);
      if (answer.status === 404) return [];
      const page = (await answer.text()).split('\n').filter((name) => name !== '');
      if (page.length === 0) return found;
      found.push(...page);
    }
  }

  /** Of the user `freezer`; the object must be there. */
  async object(container: string, name: string): Promise<SwiftObject> {
    const { status, headers } = await this.#ask('HEAD', `${container}/${name.split('/').map(encodeURIComponent).join('/')}`);
    if (status !== 200) throw new TypeError(`Swift answered ${status} when it was asked for ${container}/${name}`);
    return { size: Number(headers.get('content-length')), headers };
  }

  /** Lets a container of the user `freezer` hold so many bytes, and no more. */
  async limit(container: string, bytes: number): Promise<void> {
    const { status } = await this.#ask('POST', container, { 'x-container-meta-quota-bytes': `${bytes}` });
    if (status !== 204) throw new TypeError(`Swift answered ${status} to a quota of ${container}`);
  }

  async #ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const answer = await fetch(`${this.facts.swift.url}/${path}`, { method, headers: { 'x-auth-token': await this.token(), ...headers } });
    if (answer.status >= 500 || answer.status === 401) throw new TypeError(`Swift answered ${answer.status} to ${method} ${path}`);
    return answer;
  }
}

const lowerCase = (variables: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value]));
