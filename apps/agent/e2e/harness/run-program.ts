import { type ChildProcess, spawn } from 'node:child_process';
import { messageOf } from '@freezer/core';

/** How a program ended. Each char of its output is one byte. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  /** The whole environment. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a program that reads nothing, in a process group of its own. `ended` rejects only when it cannot be started. */
export function startProgram(command: string, args: readonly string[], { cwd, env }: ProgramOptions = {}): Started {
  const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('latin1').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${command} cannot be started: ${messageOf(error)}`)));
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs a program to its end, whatever that is. */
export const runProgram = (command: string, args: readonly string[], options?: ProgramOptions): Promise<Ended> => startProgram(command, args, options).ended;

/** Runs a program that has to succeed; resolves to its standard output. */
export async function mustRun(command: string, args: readonly string[], options?: ProgramOptions): Promise<string> {
  const { code, signal, stdout, stderr } = await runProgram(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}:\n${stdout}${stderr}`);
  return stdout;
}
