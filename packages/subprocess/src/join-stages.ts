import type { ByteStream, CallOptions, Stage } from '@freezer/core';
import type { StorageSide } from './failure.ts';
import type { ChainExit } from './program.ts';
import { StageRun } from './stage-run.ts';

export interface JoinRequest extends CallOptions {
  /** Goes into the first stage, which then is neither 'open' nor a program that reads nothing. */
  readonly input?: ByteStream | undefined;
  /** 'end' for a backup, 'start' for a restore: of several that fail, the one nearest the storage is named. */
  readonly storageAt: StorageSide;
}

/** Stages at work. */
export interface JoinedStages {
  /**
   * What the last stage gives. Ends normally only when every stage ended well; else the next pull fails with the cause, so that
   * a `put` of it leaves nothing behind. With `storageAt: 'start'` the stages run by themselves, what the last one gives is thrown away,
   * and this yields nothing. With 'end' nothing is started before the first pull. Leaving it early stops everything. Single-use.
   */
  readonly output: ByteStream;
  /** How each program ended, in the order of the stages. Settles once all are reaped; rejects (never unhandled) when one could not be started. */
  readonly exits: Promise<readonly ChainExit[]>;
  /**
   * Resolves when every stage ended well and the whole of the input was taken. Rejects (never unhandled) with the cause, once every program
   * is reaped: within five seconds of the failure.
   */
  readonly done: Promise<void>;
  /** Stops what still runs and waits until it is reaped. Idempotent; nothing when all has ended. */
  close(): Promise<void>;
}

/**
 * Runs stages one behind the other: neighbouring programs share descriptors, everything else passes through Node one chunk at a time.
 * The first failure ends all of them, and it is the one that is told. Programs that are fed by us get an end of file first and two seconds
 * to end by themselves, except when a backup is aborted. A wrong order of stages is a `TypeError`.
 */
export function joinStages(stages: readonly Stage[], { input, storageAt, signal }: JoinRequest): JoinedStages {
  checkOrder(stages, input);
  const run = new StageRun(stages, input, storageAt, signal);
  if (storageAt === 'start') run.startDraining();
  return { output: run.output, exits: run.exits, done: run.done, close: () => run.close() };
}

/** A mistake here is one of the program, not of its user. */
function checkOrder(stages: readonly Stage[], input: ByteStream | undefined): void {
  const first = stages[0];
  const fed = input !== undefined;
  if (!fed && (first === undefined || first.kind === 'transform' || first.kind === 'sink')) throw new TypeError('joinStages: nothing gives the first bytes');
  for (const [index, stage] of stages.entries()) {
    if (stage.kind === 'open' && (index > 0 || fed)) throw new TypeError(`joinStages: '${stage.name}' must be the first stage, without input`);
    if (stage.kind === 'sink' && index < stages.length - 1) throw new TypeError(`joinStages: '${stage.name}' must be the last stage`);
  }
}
