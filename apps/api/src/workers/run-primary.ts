import cluster, { type Worker } from 'node:cluster';
import type { Logger } from '@freezer/core';
import type { StopSignal } from '../run/api-host.ts';

const LEAST_LIFE_MS = 5000;
const LONGEST_PAUSE_MS = 30_000;

export interface PrimaryRequest {
  readonly workers: number;
  readonly logger: Logger;
  /** Resolves when the service is to stop. */
  readonly stopped: Promise<StopSignal>;
  /** Calls back for each SIGHUP. */
  readonly onHangUp: (hangUp: () => void) => void;
  /** All workers listen. */
  readonly onReady: () => void;
}

/** Keeps a number of workers alive. */
class Nursery {
  readonly #request: PrimaryRequest;
  #stopping = false;
  #quickDeaths = 0;
  #listening = 0;
  #code = 0;
  readonly #over: Promise<void>;
  #end: () => void = () => undefined;

  constructor(request: PrimaryRequest) {
    this.#request = request;
    this.#over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async run(): Promise<number> {
    const { workers, stopped, onHangUp } = this.#request;
    for (let number = 0; number < workers; number++) this.#start();
    onHangUp(() => this.#tell('SIGHUP'));
    void stopped.then((signal) => {
      this.#stopping = true;
      this.#tell(signal);
    });
    await this.#over;
    return this.#code;
  }

  #start(): void {
    const begun = performance.now();
    const worker = cluster.fork();
    let wasListening = false;
    worker.once('listening', () => {
      wasListening = true;
      this.#listening++;
      if (this.#listening === this.#request.workers) this.#request.onReady();
    });
    worker.once('exit', (code: number | null, signal: string | null) => this.#ended(worker, { code, signal, wasListening, life: performance.now() - begun }));
  }

  #ended(worker: Worker, end: { readonly code: number | null; readonly signal: string | null; readonly wasListening: boolean; readonly life: number }): void {
    const alive = Object.values(cluster.workers ?? {}).filter((one) => one !== undefined && !one.isDead()).length;
    if (this.#stopping) {
      if (alive === 0) this.#end();
      return;
    }
    // What keeps the first ones from listening keeps the next ones too: wrong settings, a port that is taken.
    if (!end.wasListening && this.#listening === 0) {
      this.#code = Math.max(this.#code, end.code ?? 1);
      if (alive === 0) this.#end();
      return;
    }
    this.#request.logger.error({}, `worker ${worker.process.pid} ended with ${end.signal ?? end.code}; another one is started`);
    this.#quickDeaths = end.life < LEAST_LIFE_MS ? this.#quickDeaths + 1 : 0;
    const pause = this.#quickDeaths === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, 250 * 2 ** this.#quickDeaths);
    setTimeout(() => {
      if (!this.#stopping) this.#start();
    }, pause);
  }

  #tell(signal: 'SIGHUP' | StopSignal): void {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    for (const worker of workers) worker.process.kill(signal);
    if (signal !== 'SIGHUP' && workers.length === 0) this.#end();
  }
}

/** Starts the workers and keeps their number until the service stops. Resolves to the exit code. */
export const runPrimary = (request: PrimaryRequest): Promise<number> => new Nursery(request).run();
