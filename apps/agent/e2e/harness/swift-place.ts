import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dateOf, HOST, type Lab, NAME } from './lab.ts';
import { AGENT, type Options, ourEnvironment } from './our-agent.ts';
import { type Ended, runProgram, type Started, startProgram } from './run-program.ts';

const SCRIPT = fileURLToPath(new URL('../../../../tools/lab/swift.sh', import.meta.url));
const PYTHON = '/usr/bin/freezer-agent';

/** The variables of an rc file as swift.sh writes them. */
const readRc = (file: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...readFileSync(file, 'utf8').matchAll(/^export (\w+)='([^']*)'$/gm)].map(([, name = '', value = '']) => [name, value]));

/** What swift.sh writes down for programs. */
interface PlaceFacts {
  readonly keystone: { readonly authUrl: string; readonly region: string };
  readonly users: Readonly<
    Record<'freezer' | 'reader' | 'other', { readonly id: string; readonly password: string; readonly project: string; readonly projectId: string }>
  >;
  readonly applicationCredential: { readonly id: string; readonly name: string; readonly secret: string };
}

/** A Swift with its Keystone, in a folder of its own, on ports that are free. Each test has a container of its own. */
export class SwiftPlace {
  readonly folder: string;
  readonly port: number;
  /** `OS_*` of a user who may make containers. */
  readonly account: Readonly<Record<string, string>>;
  readonly v1: Readonly<Record<string, string>>;
  readonly facts: PlaceFacts;
  #containers = 0;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    this.account = readRc(join(folder, 'swift.rc'));
    this.v1 = readRc(join(folder, 'tempauth.rc'));
    this.facts = JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8')) as PlaceFacts;
  }

  static async start(): Promise<SwiftPlace> {
    const folder = mkdtempSync(join(tmpdir(), 'swift-lab-'));
    const [port, keystonePort] = [await freePorts(5), await freePorts(1)];
    execFileSync(SCRIPT, ['start', folder], {
      env: { SWIFT_PORT: `${port}`, KEYSTONE_PORT: `${keystonePort}` },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return new SwiftPlace(folder, port);
  }

  stop(): void {
    execFileSync(SCRIPT, ['stop', this.folder]);
    rmSync(this.folder, { recursive: true });
  }

  /** The account of a user by the name of its rc file. */
  accountOf(name: string): Readonly<Record<string, string>> {
    return readRc(join(this.folder, `${name}.rc`));
  }

  /** A token as somebody else may hand it over. */
  async token(): Promise<string> {
    const lines = await this.swift(['auth']);
    return /OS_AUTH_TOKEN=(\S+)/.exec(lines.join('\n'))?.[1] ?? '';
  }

  container(): string {
    this.#containers += 1;
    return `container-${this.#containers}`;
  }

  /** What Swift's own client lists of a container, or of an object. */
  async swift(words: readonly string[]): Promise<readonly string[]> {
    const { code, stdout, stderr } = await runProgram('/usr/bin/swift', words, { env: { PATH: process.env['PATH'], ...this.account } });
    if (code !== 0 && !stderr.includes('not found')) throw new Error(`swift ${words.join(' ')} ended with ${code}: ${stderr}`);
    return stdout.split('\n').filter((line) => line !== '');
  }
}

/** Both agents on one container. */
export class SwiftSet {
  readonly place: SwiftPlace;
  readonly container: string;
  readonly #lab: Lab;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(place: SwiftPlace, lab: Lab, { container = place.container(), environment = place.account } = {}) {
    this.place = place;
    this.container = container;
    this.#lab = lab;
    this.#environment = environment;
  }

  startOurs(action: string, options: Options): Started {
    const { state, root } = this.#lab;
    const words = [
      AGENT,
      action,
      '--storage',
      'swift',
      '-C',
      this.container,
      '--hostname',
      HOST,
      '--state-dir',
      state,
      '--log-file',
      `${root}/ours.log`,
      '-N',
      NAME,
    ];
    return startProgram(process.execPath, [...words, ...options], { cwd: root, env: { ...ourEnvironment(this.#lab), ...this.#environment } });
  }

  ours = (action: string, options: Options = []): Promise<Ended> => this.startOurs(action, options).ended;

  python = (action: string, options: Options): Promise<Ended> => {
    const words = [
      '--action',
      action,
      '--storage',
      'swift',
      '-C',
      this.container,
      '--hostname',
      HOST,
      '-N',
      NAME,
      '--log-file',
      `${this.#lab.root}/python.log`,
    ];
    const env = { PATH: process.env['PATH'], HOME: this.#lab.home, TZ: 'UTC', ...this.place.account };
    return runProgram(PYTHON, [...words, ...options], { cwd: this.#lab.root, env });
  };

  ourBackup = async (options: Options = []): Promise<number> => await this.#backup(this.ours('backup', ['-F', this.#lab.source, '--incremental', ...options]));

  pythonBackup = async (options: Options = []): Promise<number> => await this.#backup(this.python('backup', ['--nosync', '-F', this.#lab.source, ...options]));

  ourRestore = async (t?: number, options: Options = []): Promise<string> => await this.#restore(this.ours, t, options);

  pythonRestore = async (t?: number, options: Options = []): Promise<string> => await this.#restore(this.python, t, options);

  /** `<level>_<T>` of each level that is a backup, the oldest first. */
  async levels(): Promise<readonly { readonly level: number; readonly t: number }[]> {
    const found = (await this.names()).flatMap((name) => {
      const [, level, t] = /^metadata\/tar\/.*\/(\d+)_(\d+)\/metadata$/.exec(name) ?? [];
      return level === undefined || t === undefined ? [] : [{ level: Number(level), t: Number(t) }];
    });
    return found.toSorted((a, b) => a.t - b.t);
  }

  names = (): Promise<readonly string[]> => this.place.swift(['list', this.container]);

  async #backup(run: Promise<Ended>): Promise<number> {
    const { code, stdout, stderr } = await run;
    if (code !== 0) throw new Error(`the backup ended with ${code}:\n${stdout}${stderr}`);
    const t = (await this.levels()).at(-1)?.t ?? 0;
    // Levels are told apart by whole seconds.
    const left = (t + 1) * 1000 - Date.now();
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left + 10));
    return t;
  }

  async #restore(run: (action: string, options: Options) => Promise<Ended>, t: number | undefined, options: Options): Promise<string> {
    const target = this.#lab.target();
    const date = t === undefined ? [] : ['--restore-from-date', dateOf(t)];
    const { code, stdout, stderr } = await run('restore', ['--restore-abs-path', target, ...date, ...options]);
    if (code !== 0) throw new Error(`the restore ended with ${code}:\n${stdout}${stderr}`);
    return target;
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
