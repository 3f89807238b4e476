import { SwiftServer } from '@freezer/testing';
import { dateOf, HOST, type Lab, NAME } from './lab.ts';
import { AGENT, type Options, ourEnvironment } from './our-agent.ts';
import { type Ended, runProgram, type Started, startProgram } from './run-program.ts';

const PYTHON = '/usr/bin/freezer-agent';

/** A Swift for one test file. Each test has a container of its own. */
export class SwiftPlace {
  readonly server: SwiftServer;
  /** `OS_*` of a user who may make containers. */
  readonly account: Readonly<Record<string, string>>;
  #containers = 0;

  private constructor(server: SwiftServer) {
    this.server = server;
    this.account = server.variables('swift');
  }

  static async start(): Promise<SwiftPlace> {
    return new SwiftPlace(await SwiftServer.start());
  }

  stop(): void {
    this.server.stop();
  }

  container(): string {
    this.#containers += 1;
    return `container-${this.#containers}`;
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

  names = (): Promise<readonly string[]> => this.place.server.names(this.container);

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
