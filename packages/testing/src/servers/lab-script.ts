import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A server that a script of tools/lab starts in a folder of its own: `SCRIPT start|stop|kill FOLDER`. */
export class LabScript {
  readonly #script: string;
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;

  /** `script` is a path, or the name of one that lies in tools/lab. */
  constructor(script: string, folder: string, environment: Readonly<Record<string, string>>) {
    this.#script = script.includes('/') ? script : fileURLToPath(new URL(`../../../../tools/lab/${script}`, import.meta.url));
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
      env: { ...process.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...this.#environment },
      timeout: 300_000,
    });
    if (error || status !== 0) throw new TypeError(`${this.#script} ${word} ended with ${status ?? error?.message}: ${stderr}`);
    return stdout;
  }
}

/** The variables of an rc file as the scripts write them. */
export const readVariables = (file: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...readFileSync(file, 'utf8').matchAll(/(\w+)='([^']*)'/g)].map(([, name = '', value = '']) => [name, value]));
