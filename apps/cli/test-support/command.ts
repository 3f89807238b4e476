import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const BUILT = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Runs a program to its end, with nothing of our environment but the path. */
export async function runProgram(command: readonly string[], environment: Readonly<Record<string, string>>, input = ''): Promise<Ended> {
  const [program = '', ...words] = command;
  const child = spawn(program, words, {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', TZ: 'UTC', ...environment },
    stdio: 'pipe',
  });
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  child.stdout.on('data', (chunk: Uint8Array) => out.push(chunk));
  child.stderr.on('data', (chunk: Uint8Array) => err.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, out: Buffer.concat(out).toString('utf8'), err: Buffer.concat(err).toString('utf8') };
}

/** The built command. */
export function freezer(words: readonly string[], environment: Readonly<Record<string, string>>, input?: string): Promise<Ended> {
  return runProgram([process.execPath, BUILT, ...words], environment, input);
}
