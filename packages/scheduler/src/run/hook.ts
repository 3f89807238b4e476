import { spawn } from 'node:child_process';
import { messageOf } from '@freezer/core';
import { ByteTail } from './byte-tail.ts';
import { signalProcess } from './process-mark.ts';

const TAIL_BYTES = 4096;
const GRACE_MS = 5000;

export interface HookRequest {
  /** Program and arguments, parted by blanks; quotes hold blanks together. */
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** Runs a program of the host's configuration. Resolves to why it failed, in one line, or undefined. */
export async function runHook({ command, environment, timeoutSeconds }: HookRequest): Promise<string | undefined> {
  const [program, ...args] = wordsOf(command);
  if (program === undefined) return 'the command is empty';
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment } });
  const tail = new ByteTail(TAIL_BYTES);
  child.stdout.on('data', (chunk: Uint8Array) => tail.add(chunk));
  child.stderr.on('data', (chunk: Uint8Array) => tail.add(chunk));
  let late = false;
  const { pid } = child;
  const timers = [
    setTimeout(() => {
      late = true;
      if (pid !== undefined) signalProcess(pid, 'SIGTERM', true);
      timers.push(setTimeout(() => pid !== undefined && signalProcess(pid, 'SIGKILL', true), GRACE_MS));
    }, timeoutSeconds * 1000),
  ];
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(messageOf(error)));
    child.on('exit', (code, signal) => resolve(code === 0 ? undefined : signal === null ? `exit ${code}` : `killed by ${signal}`));
  });
  for (const timer of timers) clearTimeout(timer);
  if (late) return `did not end within ${timeoutSeconds} s`;
  const words = tail.text().trim().split('\n').at(-1) ?? '';
  return failure === undefined || words === '' ? failure : `${failure}: ${words}`;
}

/** The words of a command line, as a shell would part them, with none of its other signs. */
function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  );
}
