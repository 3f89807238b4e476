import type { ProgramStage } from '@freezer/core';
import { type ChainExit, runChain } from '@freezer/subprocess';
import { OutputTail } from './output-tail.ts';
import { splitCommand } from './split-command.ts';

export interface CommandRequest {
  readonly command: string;
  /** Hand the text to `/bin/sh -c`. */
  readonly shell: boolean;
  /** Undefined: as long as it takes. */
  readonly timeLimitSeconds: number | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface CommandOutcome {
  /** The program that decided how it ended, as it was named; never its arguments, which may hold a password. */
  readonly program: string;
  /** Of the program that failed, else of the last one; null: a signal ended it. */
  readonly code: number | null;
  /** The signal that ended it. */
  readonly endedBy: string | null;
  readonly failed: boolean;
  readonly timedOut: boolean;
  readonly output: OutputTail;
}

/** The programs that a command starts, the first one first. */
export function programsOf({ command, shell }: Pick<CommandRequest, 'command' | 'shell'>): readonly (readonly string[])[] {
  return shell ? [['/bin/sh', '-c', command]] : splitCommand(command);
}

/** As a user's own shell would hand it on: everything, and LC_ALL empty where it is not set, which counts as not set. */
export function wholeEnvironment(environment: CommandRequest['environment']): Record<string, string> {
  const entries = Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { LC_ALL: '', ...Object.fromEntries(entries) };
}

/** Who stops because nobody reads any more did nothing wrong. */
const isBad = (exit: ChainExit, at: number, exits: readonly ChainExit[]): boolean => exit.code !== 0 && !(exit.brokenPipe && at < exits.length - 1);

/**
 * Runs the programs of a command, joined by pipes, with nothing on standard input. Rejects when one could not be started (`unsupported`,
 * `permission_denied`) and with the reason of an abort; how it ended otherwise is in the outcome.
 */
export async function runCommand(request: CommandRequest): Promise<CommandOutcome> {
  const output = new OutputTail();
  const env = wholeEnvironment(request.environment);
  const programs: ProgramStage[] = programsOf(request).map(([command = '', ...args]) => ({
    kind: 'program',
    name: command,
    command,
    args,
    env,
    onStderrLine: (line) => output.add(Buffer.from(`${line}\n`, 'latin1')),
  }));
  const limit = request.timeLimitSeconds === undefined ? undefined : AbortSignal.timeout(request.timeLimitSeconds * 1000);
  const chain = runChain({ programs }, { signal: limit === undefined ? request.signal : AbortSignal.any([request.signal, limit]) });
  try {
    for await (const chunk of chain.output) output.add(chunk);
  } catch (error) {
    request.signal.throwIfAborted();
    if (limit?.aborted !== true) {
      await chain.exits;
      throw error;
    }
  }
  const exits = await chain.exits;
  request.signal.throwIfAborted();
  const timedOut = limit?.aborted === true && exits.some(({ stopped }) => stopped);
  const judged = exits.findLast(isBad) ?? exits.at(-1);
  return {
    program: judged?.name ?? '',
    code: judged?.code ?? null,
    endedBy: judged?.signal ?? null,
    failed: timedOut || exits.some(isBad),
    timedOut,
    output,
  };
}
