import { spawnSync } from 'node:child_process';

/** A server that a script of tools/lab starts in a folder of its own: `SCRIPT start|stop|kill FOLDER`. */
export class LabScript {
  readonly #script: string;
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(script: string, folder: string, environment: Readonly<Record<string, string>>) {
    this.#script = script;
    this.#folder = folder;
    this.#environment = environment;
  }

  /** The lines that the script prints: where the server is. */
  start(): string[] {
    return this.#run('start').trim().split('\n');
  }

  stop(): void {
    this.#run('stop');
  }

  /** As a crash ends it. */
  kill(): void {
    this.#run('kill');
  }

  #run(word: string): string {
    const { status, stdout, stderr, error } = spawnSync(this.#script, [word, this.#folder], {
      encoding: 'utf8',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...this.#environment },
      timeout: 300_000,
    });
    if (error || status !== 0) throw new TypeError(`${this.#script} ${word} ended with ${status ?? error?.message}: ${stderr}`);
    return stdout;
  }
}
