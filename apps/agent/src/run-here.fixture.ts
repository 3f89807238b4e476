import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction } from '@freezer/agent';
import type { StopSignal } from './exit-code.ts';
import type { Host } from './host.ts';
import { PLUGINS } from './plugins.ts';
import { runAgent } from './run.ts';

export interface RanHere {
  readonly code: number;
  readonly out: string;
  readonly complaints: string;
}

/** A folder in which the agent runs in this process, with the plugins that it ships. */
export class RunHere implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'freezer-here-'));
  environment: Readonly<Record<string, string | undefined>> = { PATH: process.env['PATH'] };
  plugins = PLUGINS;
  now: () => number = Date.now;
  /** Called with a function that sends a signal, once the run can be stopped. */
  onStart: (stop: (signal: StopSignal) => void) => void = () => undefined;

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** With a local storage below the folder; an action that needs neither storage nor name ignores them. */
  run(action: string, ...options: readonly string[]): Promise<RanHere> {
    const place = ['--storage', 'local', '-C', this.path('store'), '--hostname', 'here', '-N', 'set'];
    return this.runLine([
      action,
      ...(options.includes('--config') ? [] : place),
      '--state-dir',
      this.path('state'),
      '--log-file',
      this.path('log'),
      ...options,
    ]);
  }

  async runLine(argv: readonly string[]): Promise<RanHere> {
    let out = '';
    let complaints = '';
    const host: Host = {
      argv,
      version: '1.2.3',
      environment: this.environment,
      home: this.folder,
      cwd: this.folder,
      hostname: 'here',
      isRoot: false,
      pid: process.pid,
      now: this.now,
      columns: 100,
      readFile: (path) => readFile(path, 'utf8'),
      listFolder: (path) => readdir(path),
      out: {
        closed: false,
        write: async (text) => {
          out += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
        },
      },
      complain: (line) => {
        complaints += line;
      },
      onStop: (stop) => {
        this.onStart(stop);
        return () => undefined;
      },
      exitNow: (code) => {
        throw new Error(`exit ${code}`);
      },
      runAction: (input) => runAction(input, this.plugins),
    };
    const code = await runAgent(host);
    return { code, out, complaints };
  }

  /** The whole log of the runs so far. */
  log(): string {
    return readFileSync(this.path('log'), 'utf8');
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
