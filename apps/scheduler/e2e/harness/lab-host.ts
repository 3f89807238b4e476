import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

const FORWARD = join(import.meta.dirname, 'forward.mjs');

/**
 * A host of its own: a network namespace with a link to this one. What listens on 127.0.0.1 here is on 127.0.0.1 there too, as long as the link is up.
 * Needs root.
 */
export class LabHost {
  readonly #name: string;
  readonly #link: string;
  readonly #forwards: readonly ChildProcess[];

  private constructor(name: string, link: string, forwards: readonly ChildProcess[]) {
    this.#name = name;
    this.#link = link;
    this.#forwards = forwards;
  }

  /** `number`: unlike that of other hosts at the same time, 0 to 63. */
  static start(number: number, ports: readonly number[]): LabHost {
    const name = `freezer-${process.pid}-${number}`;
    // The name of a link has at most 15 signs, and addresses are those of this process as well.
    const link = `fz${process.pid}-${number}`;
    const net = `10.${(process.pid >> 8) % 256}.${process.pid % 256}`;
    const [here, there] = [`${net}.${number * 4 + 1}`, `${net}.${number * 4 + 2}`];
    ip('netns', 'add', name);
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'wire', 'netns', name);
    ip('address', 'add', `${here}/30`, 'dev', link);
    ip('link', 'set', link, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'address', 'add', `${there}/30`, 'dev', 'wire');
    ip('-n', name, 'link', 'set', 'wire', 'up');
    const forward = (within: readonly string[], from: string, to: string): ChildProcess => {
      const [program = '', ...argv] = [...within, process.execPath, FORWARD, from, to, ...ports.map(String)];
      return spawn(program, argv, { stdio: 'ignore' });
    };
    return new LabHost(name, link, [forward([], here, '127.0.0.1'), forward(['ip', 'netns', 'exec', name], '127.0.0.1', here)]);
  }

  /** Puts a program, whose words follow, onto this host. */
  get within(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#name];
  }

  cut(): void {
    ip('link', 'set', this.#link, 'down');
  }

  mend(): void {
    ip('link', 'set', this.#link, 'up');
  }

  async stop(): Promise<void> {
    for (const forward of this.#forwards) forward.kill('SIGKILL');
    ip('netns', 'delete', this.#name);
  }
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}
