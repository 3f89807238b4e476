import type { Readable } from 'node:stream';
import { type ByteStream, type CallOptions, FreezerError, type ProgramStage } from '@freezer/core';
import { endedWell } from './failure.ts';
import { isExiting } from './is-exiting.ts';
import { type ChainExit, type RunningProgram, startProgram } from './program.ts';
import { type Pump, pumpInto } from './pump.ts';

/** How long programs may take to end by themselves after one of them, or their input, failed. */
const WIND_DOWN_MS = 2000;

export interface ChainRequest {
  /** At least one, in the order of the bytes. */
  readonly programs: readonly ProgramStage[];
  /** Goes to the standard input of the first program; without it that is /dev/null. */
  readonly input?: ByteStream | undefined;
  /** False: the standard output of the last program goes to /dev/null, and `output` just ends. Default: true. */
  readonly keepOutput?: boolean;
}

/** Programs at work. */
export interface Chain {
  /**
   * What the last program writes, in the pieces in which it comes (up to 64 KiB). Ends at the end of file, however the programs
   * ended: `exits` tells that. Fails with what `input` failed with, with the reason of an abort, or when a program could not be started.
   * Leaving it early stops the programs. Single-use.
   */
  readonly output: ByteStream;
  /**
   * How each program ended, in order. Always settles, and never before all are reaped; rejects (never unhandled) only when a program could
   * not be started: `unsupported` (not installed), `permission_denied`, `not_found` (its working directory), `unavailable`, `invalid`.
   */
  readonly exits: Promise<readonly ChainExit[]>;
  /**
   * 'at once': SIGTERM, and SIGKILL after two seconds; what is left of the output is thrown away, and pulling it fails with `aborted`. 'gently': the first program gets an end of file, and all have two seconds to end
   * by themselves before they are stopped at once. Idempotent.
   */
  stop(how: 'at once' | 'gently'): void;
}

/** Starts programs whose neighbours share a descriptor, so that their bytes never pass through this process. Aborting stops them at once. */
export function runChain(request: ChainRequest, { signal }: CallOptions = {}): Chain {
  if (request.programs.length === 0) throw new TypeError('runChain: no programs');
  signal?.throwIfAborted();
  const windDown: WindDown = { begun: false, endedBefore: new Set() };
  const programs = startAll(request, windDown);
  const first = programs[0];
  const pump = request.input !== undefined && first?.stdin !== undefined ? pumpInto(first.stdin, request.input) : undefined;
  const stop = makeStop(programs, pump, windDown);
  const exits = allExits(
    programs,
    () => stop('gently'),
    () => stop('at once'),
  );
  const abort = (): void => stop('at once');
  signal?.addEventListener('abort', abort, { once: true });
  exits
    .finally(() => {
      signal?.removeEventListener('abort', abort);
      pump?.stop();
      stop.finished();
    })
    .catch(() => undefined);
  void pump?.failure.then((failure) => {
    if (failure !== undefined) stop('gently');
  });
  return { output: outputOf({ stdout: programs.at(-1)?.stdout, pump, exits, stop, signal }), exits, stop };
}

/** All in one turn of the event loop: Node must not read a byte from a descriptor that the next program is to inherit. */
function startAll({ programs, input, keepOutput = true }: ChainRequest, windDown: WindDown): RunningProgram[] {
  const running: RunningProgram[] = [];
  for (const [index, stage] of programs.entries()) {
    const before = running.at(-1);
    const isLast = index === programs.length - 1;
    const stdin = before === undefined ? (input === undefined ? 'ignore' : 'pipe') : (before.stdout ?? 'ignore');
    const isLate = (pid: number): boolean => windDown.begun && !windDown.endedBefore.has(pid);
    const program = startProgram(stage, { stdin, stdout: isLast && !keepOutput ? 'ignore' : 'pipe', isLate });
    // Our copy of the descriptor would keep the writer blocked for ever once the reader is dead.
    before?.stdout?.destroy();
    running.push(program);
  }
  holdOutput(running.at(-1)?.stdout);
  return running;
}

/** Without a listener Node throws away what nobody has asked for when the program ends. An end without bytes is taken, so that the descriptor goes. */
function holdOutput(stdout: Readable | undefined): void {
  stdout?.on('readable', () => {
    if (stdout.readableLength === 0) stdout.read(0);
  });
  stdout?.on('error', () => undefined);
}

/** Whether one of the programs failed. */
interface WindDown {
  begun: boolean;
  /** Who was ending by itself then: a reader that misses the rest may be reaped before the writer whose death it felt. */
  endedBefore: ReadonlySet<number>;
}

interface Stop {
  (how: 'at once' | 'gently'): void;
  finished(): void;
  /** Whether somebody had no more use for the output. */
  readonly unwanted: () => boolean;
}

function makeStop(programs: readonly RunningProgram[], pump: Pump | undefined, windDown: WindDown): Stop {
  let timer: NodeJS.Timeout | undefined;
  let unwanted = false;
  let ended = false;
  const now = (): void => {
    clearTimeout(timer);
    for (const program of programs) program.stop();
  };
  const stop = (how: 'at once' | 'gently'): void => {
    if (!windDown.begun) windDown.endedBefore = new Set(programs.flatMap(({ pid }) => (pid !== undefined && isExiting(pid) ? [pid] : [])));
    windDown.begun = true;
    pump?.stop();
    if (how === 'at once') {
      unwanted = true;
      programs.at(-1)?.stdout?.destroy();
      now();
    } else if (!unwanted && !ended) timer ??= setTimeout(now, WIND_DOWN_MS);
  };
  const finished = (): void => {
    ended = true;
    clearTimeout(timer);
  };
  return Object.assign(stop, { finished, unwanted: () => unwanted });
}

async function allExits(programs: readonly RunningProgram[], onFailure: () => void, onMissing: () => void): Promise<readonly ChainExit[]> {
  const settled = await Promise.allSettled(
    programs.map(({ exit, stage }) =>
      exit.then(
        (ended) => {
          if (!endedWell(ended, stage)) onFailure();
          return ended;
        },
        (error: unknown) => {
          onMissing();
          throw error;
        },
      ),
    ),
  );
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

interface OutputParts {
  readonly stdout: Readable | undefined;
  readonly pump: Pump | undefined;
  readonly exits: Promise<unknown>;
  readonly stop: Stop;
  readonly signal: AbortSignal | undefined;
}

function outputOf(parts: OutputParts): ByteStream {
  const chunks = outputChunks(parts);
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => chunks.next(),
      // A generator that was never begun skips its `finally`, and one that waits for a chunk leaves only when it has it.
      return: async () => {
        parts.stop('at once');
        const result = await chunks.return();
        await settled(parts.exits);
        return result;
      },
    }),
  };
}

async function* outputChunks({ stdout, pump, exits, stop, signal }: OutputParts): AsyncGenerator<Uint8Array, void, undefined> {
  let whole = false;
  try {
    if (stdout !== undefined) yield* chunksOf(stdout);
    // The end of the file is not the end of the program: tar still writes its snapshot file.
    await exits;
    whole = true;
    signal?.throwIfAborted();
    const failure = await pump?.failure;
    if (failure !== undefined) throw failure.error;
    if (stop.unwanted()) throw new FreezerError('aborted', 'the programs were stopped');
  } finally {
    stdout?.destroy();
    if (!whole) stop('at once');
    await settled(exits);
  }
}

/** A descriptor that fails has ended; what that means is said by the exit of the program. */
async function* chunksOf(stdout: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  let wake = (): void => undefined;
  // One listener for all waits: to come and go costs as much as to read.
  for (const event of ['readable', 'end', 'close']) stdout.on(event, () => wake());
  for (;;) {
    const chunk: Uint8Array | null = stdout.read();
    if (chunk !== null) yield chunk;
    else if (stdout.readableEnded || stdout.destroyed) return;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}

const settled = (promise: Promise<unknown>): Promise<void> =>
  promise.then(
    () => undefined,
    () => undefined,
  );
