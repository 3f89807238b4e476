import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../cli/e2e/fixtures/freezerclient.py', import.meta.url));

export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Debian's python3-freezerclient in one process: starting it anew for each command line takes a second. */
export class DebianFreezer {
  readonly #child: ChildProcess;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #waiting: { readonly resolve: (printed: Printed) => void; readonly reject: (reason: unknown) => void }[] = [];

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
    this.#child = spawn('/usr/bin/python3', [SCRIPT], { env: { ...environment }, stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#child.stdout) createInterface(this.#child.stdout).on('line', (line) => this.#waiting.shift()?.resolve(JSON.parse(line) as Printed));
    this.#child.on('close', () => {
      for (const { reject } of this.#waiting) reject(new TypeError('the client of Python has ended; is python3-freezerclient installed?'));
    });
  }

  run(words: readonly string[]): Promise<Printed> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ words, environment: this.#environment })}\n`);
    });
  }

  close(): void {
    this.#child.stdin?.end();
  }
}
