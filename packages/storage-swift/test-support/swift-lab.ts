import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../tools/lab/swift.sh', import.meta.url));

/** What swift.sh writes down. */
export interface LabFacts {
  readonly keystone: { readonly authUrl: string; readonly region: string };
  readonly swift: { readonly url: string };
  readonly users: Readonly<Record<'freezer' | 'reader' | 'other', { readonly password: string; readonly project: string; readonly projectId: string }>>;
  readonly applicationCredential: { readonly id: string; readonly secret: string };
  readonly tempauth: { readonly authUrl: string; readonly user: string; readonly key: string };
}

/** A Swift with its Keystone, in a folder of its own, on ports that are free. */
export class SwiftLab {
  readonly #folder: string;
  readonly facts: LabFacts;
  readonly port: number;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
    this.facts = JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8')) as LabFacts;
  }

  static async start(): Promise<SwiftLab> {
    const folder = mkdtempSync(join(tmpdir(), 'swift-lab-'));
    const [port, keystonePort] = [await freePorts(5), await freePorts(1)];
    execFileSync(SCRIPT, ['start', folder], {
      env: { SWIFT_PORT: `${port}`, KEYSTONE_PORT: `${keystonePort}` },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return new SwiftLab(folder, port);
  }

  stop(): void {
    execFileSync(SCRIPT, ['stop', this.#folder]);
    rmSync(this.#folder, { recursive: true });
  }

  /** A user of Keystone, by the names of settings. */
  settings(user: 'freezer' | 'reader' | 'other' = 'freezer'): Record<string, unknown> {
    const { password, project } = this.facts.users[user];
    return {
      os_auth_url: this.facts.keystone.authUrl,
      os_username: user,
      os_password: password,
      os_user_domain_name: 'Default',
      os_project_name: project,
      os_project_domain_name: 'Default',
      os_region_name: this.facts.keystone.region,
      os_identity_api_version: '3',
    };
  }

  v1Settings(): Record<string, unknown> {
    const { authUrl, user, key } = this.facts.tempauth;
    return { os_auth_url: authUrl, os_username: user, os_password: key };
  }
}

/** The first of so many ports in a row that nobody has now. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = await listening(0);
    const address = first?.address();
    if (first === undefined || typeof address !== 'object' || address === null) throw new TypeError('the system gave no port');
    const row = [first, ...(await Promise.all(Array.from({ length: count - 1 }, (_, index) => listening(address.port + 1 + index))))];
    for (const server of row) if (server) await new Promise((resolve) => server.close(resolve));
    if (!row.includes(undefined)) return address.port;
  }
}

/** Undefined when somebody else has the port. */
function listening(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
