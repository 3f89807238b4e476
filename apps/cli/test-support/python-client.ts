import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Ended } from './command.ts';

const SCRIPT = fileURLToPath(new URL('../e2e/fixtures/freezerclient.py', import.meta.url));

/** Debian's python3-freezerclient in one process that runs one command line after the other. */
export class FreezerClientOfPython {
  readonly #child: ChildProcess;
  readonly #waiting: { readonly resolve: (ended: Ended) => void; readonly reject: (reason: unknown) => void }[] = [];
  readonly #environment: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
    this.#child = spawn('/usr/bin/python3', [SCRIPT], {
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', TZ: 'UTC', ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.#child.stdout !== null) createInterface(this.#child.stdout).on('line', (line) => this.#waiting.shift()?.resolve(JSON.parse(line) as Ended));
    this.#child.on('close', () => {
      for (const { reject } of this.#waiting) reject(new TypeError('the client of Python has ended; is python3-freezerclient installed?'));
    });
  }

  run(words: readonly string[]): Promise<Ended> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ words, environment: this.#environment })}\n`);
    });
  }

  close(): void {
    this.#child.stdin?.end();
  }
}
