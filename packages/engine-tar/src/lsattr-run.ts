import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { BytePath, CallOptions } from '@freezer/core';
import { minimalEnvironment } from '@freezer/subprocess';

/**
 * `lsattr` at work on names that come by and by. They go through `xargs`, so that one program is started for any number of them, and names
 * that are no UTF-8 can be asked for, too: Node passes arguments as text.
 */
export class LsattrRun {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #signal: AbortSignal | undefined;
  readonly #ended: Promise<void>;
  #hasEnded = false;
  #rest = '';
  #lines: string[] = [];

  /** Names are below `folder`. Where a program is missing, no line comes. */
  constructor(folder: string, { signal }: CallOptions) {
    this.#signal = signal;
    const [args, env] = [['-0', 'lsattr', '-d', '--'], minimalEnvironment()];
    // A group of its own, so that `close` reaches lsattr, too.
    this.#child = spawn('xargs', args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    signal?.addEventListener('abort', this.close, { once: true });
    this.#ended = new Promise((resolve) => {
      const ended = (): void => {
        this.#hasEnded = true;
        resolve();
      };
      // What cannot be started or does not read on gives no lines.
      this.#child.on('error', ended);
      this.#child.on('close', ended);
      this.#child.stdin.on('error', () => undefined);
    });
    this.#child.stdout.setEncoding('latin1').on('data', (text: string) => this.#take(text));
  }

  /** Hands names over. Resolves when there is room for more. */
  async ask(paths: readonly BytePath[]): Promise<void> {
    this.#signal?.throwIfAborted();
    const { stdin } = this.#child;
    if (stdin.write(paths.map((path) => `./${path}\0`).join(''), 'latin1')) return;
    const drained = new Promise<void>((resolve) => {
      stdin.once('drain', resolve);
    });
    await Promise.race([drained, this.#ended]);
  }

  /** The lines that came since the last call, each char one byte. */
  lines(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** Resolves when all answers are there. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
    this.#signal?.removeEventListener('abort', this.close);
    this.#signal?.throwIfAborted();
  }

  /** Ends it at once. Idempotent. */
  readonly close = (): void => {
    this.#child.stdin.destroy();
    const { pid } = this.#child;
    if (this.#hasEnded || pid === undefined) return;
    try {
      process.kill(-pid);
    } catch {
      // All of them are gone.
    }
  };

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#lines.push(...lines);
  }
}
