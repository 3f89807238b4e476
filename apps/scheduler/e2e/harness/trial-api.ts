import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FreezerClient } from '@freezer/client-sdk';
import { freePort } from '@freezer/testing';
import { waitFor } from './wait-for.ts';

const MAIN = join(import.meta.dirname, '../../../api/dist/main.js');

/** The API of this product as a trial of the same user, which can be stopped and started anew. */
export class TrialApi {
  readonly #folder: string;
  readonly #port: number;
  #process: { readonly child: ChildProcess } | undefined;
  #client: FreezerClient | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /** `folder`: its state, in which schedulers find its address. */
  static async open(folder: string): Promise<TrialApi> {
    const api = new TrialApi(folder, await freePort());
    await api.start();
    return api;
  }

  get client(): FreezerClient {
    if (!this.#client) throw new TypeError('the API has not started');
    return this.#client;
  }

  async start(): Promise<void> {
    const log = openSync(join(this.#folder, 'api.log'), 'a');
    const child = spawn(process.execPath, [MAIN, '--auth', 'none', '--bind-port', String(this.#port), '--state-dir', this.#folder, '--access-log', 'log'], {
      stdio: ['ignore', log, log],
      env: { ...process.env, HOME: this.#folder },
    });
    this.#process = { child };
    await waitFor('the API listens', () =>
      fetch(`http://127.0.0.1:${this.#port}/`).then(
        () => true,
        () => false,
      ),
    );
    const { url, token } = await waitFor('it has said where it is', () => {
      const said = JSON.parse(readFileSync(join(this.#folder, 'api-trial.json'), 'utf8')) as { url?: string; token: string };
      return said.url === undefined ? undefined : { url: said.url, token: said.token };
    });
    this.#client ??= new FreezerClient({ endpoint: url, project: 'trial', token: () => token });
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    const child = this.#process?.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await ended;
  }

  /** From now on it takes connections and says nothing. */
  hang(): void {
    this.#process?.child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#process?.child.kill('SIGCONT');
  }

  /** Requests so far, one line each. */
  requests(): readonly string[] {
    return readFileSync(join(this.#folder, 'api.log'), 'utf8')
      .split('\n')
      .filter((line) => / (GET|POST|PATCH|PUT|DELETE) /.test(line));
  }

  async close(): Promise<void> {
    await this.kill();
    await this.#client?.close();
  }
}
