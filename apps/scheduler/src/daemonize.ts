import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { messageOf } from '@freezer/core';

/** In the environment of the detached process: the descriptor on which it says how its start went. */
const READY_FD_VARIABLE = 'FREEZER_SCHEDULER_READY_FD';
const READY_FD = 3;

/** What the detached process said. */
export interface DetachedStart {
  readonly code: number;
  readonly message: string;
}

/**
 * Starts this command anew in a session of its own, without terminal, and waits until it says that it runs or why it does not.
 * `argv` is the command line without the program.
 */
export function startDetached(script: string, argv: readonly string[]): Promise<DetachedStart> {
  const child = spawn(process.execPath, [...process.execArgv, script, ...argv], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { ...process.env, [READY_FD_VARIABLE]: String(READY_FD) },
  });
  return new Promise((resolve) => {
    let said = '';
    const pipe = child.stdio[READY_FD];
    if (pipe && 'on' in pipe) {
      pipe.on('data', (chunk: Uint8Array) => {
        said += Buffer.from(chunk).toString('utf8');
        if (said.endsWith('\n')) finish(parsed(said));
      });
      pipe.on('error', () => undefined);
    }
    child.on('error', (error) => finish({ code: 1, message: messageOf(error) }));
    child.on('exit', (code, signal) => setTimeout(() => finish({ code: code || 1, message: `the scheduler ended at once (${signal ?? code})` }), 100));
    function finish(start: DetachedStart): void {
      if (pipe && 'destroy' in pipe) pipe.destroy();
      child.unref();
      resolve(start);
    }
  });
}

function parsed(line: string): DetachedStart {
  const [code = '1', ...words] = line.trim().split(' ');
  return { code: Number(code), message: words.join(' ') };
}

/** Tells the process that started us in the background how it went. Only the first call counts. */
export type Announce = (code: number, message: string) => void;

/** Undefined: nobody waits for it. */
export function announceStart(environment: NodeJS.ProcessEnv): Announce | undefined {
  const fd = Number(environment[READY_FD_VARIABLE]);
  if (fd !== READY_FD) return undefined;
  delete environment[READY_FD_VARIABLE];
  let done = false;
  return (code, message) => {
    if (done) return;
    done = true;
    try {
      writeSync(fd, `${code} ${message.replaceAll('\n', ' ')}\n`);
    } catch {
      // Nobody waits any more.
      return;
    }
  };
}
