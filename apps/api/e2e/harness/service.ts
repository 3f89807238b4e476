import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Place } from './place.ts';

/** The built programs. */
export const PROGRAMS = {
  api: fileURLToPath(new URL('../../dist/main.js', import.meta.url)),
  manage: fileURLToPath(new URL('../../dist/manage.js', import.meta.url)),
} as const;
type Signal = 'SIGTERM' | 'SIGINT' | 'SIGKILL';

const PATIENCE_MS = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const WORDS: ReadonlySet<string> = new Set(['config-sample', 'man', 'completion']);

/** A configuration of this host must not reach a test: one that says nothing but this stands in its place. */
function settled(place: Place, argv: readonly string[]): readonly string[] {
  if (argv.includes('--config-file') || WORDS.has(argv[0] ?? '')) return argv;
  return [...argv, '--config-file', place.write('nothing.conf', '[DEFAULT]\nauth = none\n[paste_deploy]\nconfig_file =\n')];
}

/** Runs the built freezer-manage to its end. */
export function manage(place: Place, argv: readonly string[], input = '', environment: Readonly<Record<string, string>> = {}): Finished {
  const all = argv.includes('--state-dir') ? argv : [...argv, '--state-dir', place.state];
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAMS.manage, ...settled(place, all)], {
    input,
    encoding: 'utf8',
    env: place.environment(environment),
    timeout: PATIENCE_MS,
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout, err: stderr };
}

/** Runs the built freezer-api, for what does not stay. */
export function api(place: Place, argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAMS.api, ...settled(place, argv)], {
    encoding: 'utf8',
    env: place.environment(environment),
    timeout: PATIENCE_MS,
  });
  return { code: status, out: stdout, err: stderr };
}

/** The built freezer-api as it runs. */
export class Service {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #out = '';
  #err = '';

  constructor(place: Place, argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [PROGRAMS.api, '--bind-port', '0', '--state-dir', place.state, ...settled(place, argv)], {
      env: place.environment(environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.#out += chunk.toString();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.#err += chunk.toString();
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Waits until standard output or error has this; fails when the service ends before. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    let over = false;
    void this.ended.then(() => {
      over = true;
    });
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = pattern.exec(this.#out) ?? pattern.exec(this.#err);
      if (found) return found;
      if (over || Date.now() > end) throw new Error(`${pattern} did not come:\n${this.#out}${this.#err}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Where it listens. */
  async url(): Promise<string> {
    return (await this.until(/^freezer-api listens on (\S+)$/m))[1] ?? '';
  }

  async stop(signal: Signal = 'SIGTERM'): Promise<Ended> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}
