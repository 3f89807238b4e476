import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPidFile } from '@freezer/scheduler';
import { waitFor } from './wait-for.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');
const FAKE_AGENT = join(import.meta.dirname, 'fake-agent.mjs');
/** The agent of this product, built. */
export const REAL_AGENT = join(import.meta.dirname, '../../../agent/dist/main.js');

/** What the agent that stands in for the real one wrote down. */
export interface AgentFact {
  readonly at: number;
  readonly pid: number;
  readonly name: string;
  readonly what: 'start' | 'child' | 'SIGTERM' | 'end';
  readonly child?: number;
  readonly code?: number;
  readonly argv?: readonly string[];
  readonly text?: string;
  readonly mode?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What `status --json` prints. */
interface ShownStatus {
  readonly running: boolean;
  readonly healthy?: boolean;
  readonly state?: string;
  readonly pid?: number | null;
  readonly jobs?: number;
  readonly running_jobs?: number;
  readonly undelivered?: number;
}

/** A scheduler that runs in the foreground. */
export interface Daemon {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Standard error so far. */
  log(): string;
  /** Resolves to the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** A place of its own for schedulers and their agents; everything in it is ended and removed by `close`. */
export class Bench {
  readonly folder: string;
  readonly #daemons: Daemon[] = [];
  #count = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Bench> {
    const bench = new Bench(await mkdtemp(join(tmpdir(), 'freezer-scheduler-')));
    await Promise.all(['jobs', 'home', 'state'].map((name) => mkdir(bench.path(name), { mode: 0o700 })));
    await writeFile(bench.path('agent.log'), '');
    return bench;
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  get environment(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !/^(OS_|FREEZER_|NOTIFY_|XDG_|.*_proxy$)/i.test(name));
    return { ...Object.fromEntries(own), HOME: this.path('home'), AGENT_LOG: this.path('agent.log'), TZ: 'UTC' };
  }

  /** Runs a command to its end. */
  run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return this.#execute([process.execPath, MAIN, ...this.#common(words), ...words], environment);
  }

  /** Runs a program in a script of Bash that calls it `"$@"`, with nothing but these words. */
  inScript(script: string, words: readonly string[]): Promise<Ran> {
    return this.#execute(['bash', '-c', script, 'bash', process.execPath, MAIN, ...words]);
  }

  #execute([program = '', ...argv]: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(
        program,
        argv,
        { env: { ...this.environment, ...environment }, cwd: this.folder, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
        (error, out, err) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
        },
      );
    });
  }

  /** Starts a scheduler in the foreground, by a program that puts it somewhere (`within`). It has begun its work when `status` says so. */
  start(words: readonly string[], environment: Readonly<Record<string, string>> = {}, within: readonly string[] = []): Daemon {
    this.#count += 1;
    const path = this.path(`daemon-${this.#count}.log`);
    const log = openSync(path, 'a');
    const [program, ...argv] = [...within, process.execPath, MAIN, ...this.#common(words), '--no-daemon', ...words, 'start'];
    const child = spawn(program, argv, {
      env: { ...this.environment, ...environment },
      cwd: this.folder,
      stdio: ['ignore', log, log],
    });
    const daemon: Daemon = {
      process: child,
      pid: child.pid ?? 0,
      log: () => readFileSync(path, 'utf8'),
      ended: new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code ?? -1))),
    };
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Starts one and waits until it runs. */
  async started(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Daemon> {
    const daemon = this.start(words, environment);
    await waitFor(
      'the scheduler runs',
      () => daemon.log().includes('the scheduler runs') || (daemon.process.exitCode !== null && Promise.reject(new Error(daemon.log()))),
    );
    return daemon;
  }

  /** Puts a job file into the directory, in one step. */
  async job(name: string, document: unknown): Promise<void> {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    await writeFile(this.path('jobs', `${name}.tmp`), text, { mode: 0o600 });
    await rename(this.path('jobs', `${name}.tmp`), this.path('jobs', `${name}.conf`));
  }

  agents(): readonly AgentFact[] {
    return readFileSync(this.path('agent.log'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AgentFact);
  }

  facts(name: string, what: AgentFact['what']): readonly AgentFact[] {
    return this.agents().filter((fact) => fact.name === name && fact.what === what);
  }

  /** The jobs of the running scheduler, by id. */
  async list(
    words: readonly string[],
  ): Promise<Readonly<Record<string, { readonly status: string; readonly result: string; readonly message: string; readonly next_run_at: string | null }>>> {
    const { out } = await this.run([...words, 'list', '--json']);
    const lines = out === '' ? [] : (JSON.parse(out) as { job_id: string; status: string; result: string; message: string; next_run_at: string | null }[]);
    return Object.fromEntries(lines.map((line) => [line.job_id, line]));
  }

  async status(words: readonly string[]): Promise<ShownStatus> {
    const { out } = await this.run([...words, 'status', '--json']);
    return JSON.parse(out) as ShownStatus;
  }

  /** What runs left in the state folder. */
  async leftovers(): Promise<readonly string[]> {
    const instances = existsSync(this.path('state')) ? await readdir(this.path('state'), { withFileTypes: true }) : [];
    const found = await Promise.all(instances.filter((one) => one.isDirectory()).map(({ name }) => readdir(this.path('state', name, 'runs'))));
    return found.flat();
  }

  async close(): Promise<void> {
    for (const { process: child } of this.#daemons) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await Promise.all(this.#daemons.map(({ ended }) => ended));
    // Supervisors and agents of a killed scheduler go on by themselves.
    for (const fact of this.agents()) for (const pid of [fact.pid, fact.child]) if (pid !== undefined) kill(pid);
    const background = await readPidFile(this.path('state', 'scheduler.pid'));
    if (background?.alive) kill(background.mark.pid);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  #common(words: readonly string[]): readonly string[] {
    const agent = words.includes('--agent-path') ? [] : ['--agent-path', FAKE_AGENT];
    const state = words.includes('--state-dir') ? [] : ['--state-dir', this.path('state')];
    return [...state, ...agent];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
    return;
  }
}

/** A job of one action that the stand-in agent does. */
export function job(id: string, keys: Readonly<Record<string, unknown>> = {}, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { job_id: id, description: id, job_actions: [action(id, keys)], job_schedule: {}, ...more };
}

export function action(
  name: string,
  keys: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { freezer_action: { action: 'backup', mode: 'fs', backup_name: name, ...keys }, max_retries: 0, ...more };
}
