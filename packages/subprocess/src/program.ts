import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { FreezerError, messageOf, type ProgramExit, type ProgramStage, systemCodeOf } from '@freezer/core';
import { minimalEnvironment } from './environment.ts';
import { StderrReader } from './stderr-reader.ts';

const KILL_AFTER_MS = 2000;
/** How long stderr may stay open after the program has ended, held by a process that it left behind. */
const STDERR_AFTER_EXIT_MS = 500;

/** How a program of a chain ended, and what is needed to tell a cause from a consequence. */
export interface ChainExit extends ProgramExit {
  /** The last line of stderr that says something, each char one byte; also when `onStderrLine` took the lines. */
  readonly lastLine: string;
  /** It was killed by SIGPIPE, or complained that nobody read what it wrote. */
  readonly brokenPipe: boolean;
  /** We had told it to end. */
  readonly stopped: boolean;
  /** It ended when another of its chain had failed already, and its input had been cut off for that. */
  readonly late: boolean;
}

/** A child that was started, or failed to. */
export interface RunningProgram {
  readonly stage: ProgramStage;
  readonly pid: number | undefined;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  /** Rejects with a `FreezerError` when it could not be started, or with what `onStderrLine` threw; never unhandled. */
  readonly exit: Promise<ChainExit>;
  /** SIGTERM to its process group, SIGKILL after two seconds. Idempotent; nothing when it has ended. */
  stop(): void;
}

/** What surrounds a program. */
interface ProgramSetting {
  /** A stream whose descriptor the child inherits, 'pipe', or 'ignore' for /dev/null. */
  readonly stdin: Readable | 'pipe' | 'ignore';
  readonly stdout: 'pipe' | 'ignore';
  /** Whether its chain had failed when it began to end. */
  readonly isLate: (pid: number) => boolean;
}

/** Starts a child in a session of its own, so that Ctrl-C at the terminal reaches us and not it. */
export function startProgram(stage: ProgramStage, { stdin, stdout, isLate }: ProgramSetting): RunningProgram {
  let child: ChildProcess;
  try {
    child = spawn(stage.command, stage.args, {
      ...(stage.cwd === undefined ? {} : { cwd: stage.cwd }),
      env: minimalEnvironment(stage.env),
      stdio: [stdin, stdout, 'pipe'],
      detached: true,
      windowsHide: true,
    });
  } catch (error) {
    return neverStarted(stage, error);
  }
  const stopper = makeStopper(child);
  const exit = watch(child, stage, stopper, isLate);
  exit.catch(stopper.stop);
  return { stage, pid: child.pid, stdin: child.stdin ?? undefined, stdout: child.stdout ?? undefined, exit, stop: stopper.stop };
}

function neverStarted(stage: ProgramStage, error: unknown): RunningProgram {
  const exit = Promise.reject<ChainExit>(startError(stage, error));
  exit.catch(() => undefined);
  return { stage, pid: undefined, stdin: undefined, stdout: undefined, exit, stop: () => undefined };
}

interface Stopper {
  stop(): void;
  ended(): void;
  readonly used: () => boolean;
}

function makeStopper(child: ChildProcess): Stopper {
  let timer: NodeJS.Timeout | undefined;
  let used = false;
  const isAlive = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    stop: () => {
      if (used || !isAlive()) return;
      used = true;
      signalGroup(child, 'SIGTERM');
      timer = setTimeout(() => {
        if (isAlive()) signalGroup(child, 'SIGKILL');
      }, KILL_AFTER_MS);
    },
    ended: () => clearTimeout(timer),
    used: () => used,
  };
}

function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-(child.pid ?? Number.NaN), signal);
  } catch {
    // The group is gone or holds somebody else's process: then only the child itself is ours to end.
    child.kill(signal);
  }
}

function watch(child: ChildProcess, stage: ProgramStage, stopper: Stopper, isLate: ProgramSetting['isLate']): Promise<ChainExit> {
  const reader = new StderrReader(stage.onStderrLine);
  return new Promise<ChainExit>((resolve, reject) => {
    // A failed write is told by the exit of the program; without a listener it would end the process.
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => attempt(() => reader.push(chunk), reject));
    child.once('error', (error) => {
      if (child.pid === undefined) reject(startError(stage, error));
    });
    child.once('exit', (code, signal) => {
      stopper.ended();
      const late = isLate(child.pid ?? 0);
      stderrClosed(child).then(() => {
        attempt(() => reader.end(), reject);
        const { tail: stderr, lastLine } = reader;
        resolve({ name: stage.name, code, signal, stderr, lastLine, brokenPipe: signal === 'SIGPIPE' || reader.brokenPipe, stopped: stopper.used(), late });
      }, reject);
    });
  });
}

function attempt(work: () => void, onError: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    onError(error);
  }
}

async function stderrClosed({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null || stderr.closed) return;
  const limit = setTimeout(() => stderr.destroy(), STDERR_AFTER_EXIT_MS);
  await new Promise((resolve) => stderr.once('close', resolve));
  clearTimeout(limit);
}

function startError(stage: ProgramStage, cause: unknown): FreezerError {
  const details = { program: stage.name };
  const reason = systemCodeOf(cause);
  if (stage.cwd !== undefined && !existsSync(`${stage.cwd}/.`))
    return new FreezerError('not_found', `${stage.name}: cannot start in '${stage.cwd}': no such directory`, { cause, details });
  if (reason === 'ENOENT') return new FreezerError('unsupported', `${stage.name}: the program '${stage.command}' is not installed`, { cause, details });
  if (reason === 'EACCES' || reason === 'EPERM')
    return new FreezerError('permission_denied', `${stage.name}: '${stage.command}' may not be executed`, { cause, details });
  if (reason === 'EAGAIN' || reason === 'ENOMEM' || reason === 'EMFILE' || reason === 'ENFILE') {
    return new FreezerError('unavailable', `${stage.name}: cannot be started now: ${messageOf(cause)}`, { cause, details });
  }
  return new FreezerError('invalid', `${stage.name}: cannot be started: ${messageOf(cause)}`, { cause, details });
}
