import { type ByteStream, FreezerError, type ProgramStage, type Stage } from '@freezer/core';
import { type Chain, runChain } from './chain.ts';
import { causeOf, failureOf, type StorageSide } from './failure.ts';
import { type Later, settleLater } from './later.ts';
import type { ChainExit } from './program.ts';

interface RunningChain {
  readonly chain: Chain;
  readonly programs: readonly ProgramStage[];
}

/** One run of joined stages: starts them, keeps the first failure, ends the others. Used by `joinStages` only. */
export class StageRun {
  readonly output: ByteStream;
  private readonly stages: readonly Stage[];
  private readonly input: ByteStream | undefined;
  private readonly storageAt: StorageSide;
  private readonly signal: AbortSignal | undefined;
  private readonly inner = new AbortController();
  private readonly chains: RunningChain[] = [];
  private readonly exitsLater: Later<readonly ChainExit[]> = settleLater();
  private readonly doneLater: Later<void> = settleLater();
  private sink: Promise<void> | undefined;
  private inputEnded: boolean;
  private failure: { readonly error: unknown } | undefined;

  constructor(stages: readonly Stage[], input: ByteStream | undefined, storageAt: StorageSide, signal: AbortSignal | undefined) {
    this.stages = stages;
    this.input = input;
    this.inputEnded = input === undefined;
    this.storageAt = storageAt;
    this.signal = signal;
    this.output = this.takenBy(storageAt === 'end' ? this.produce() : nothing());
    if (signal?.aborted === true) this.abort();
    else signal?.addEventListener('abort', this.abort, { once: true });
  }

  get exits(): Promise<readonly ChainExit[]> {
    return this.exitsLater.promise;
  }

  get done(): Promise<void> {
    return this.doneLater.promise;
  }

  /** Runs everything and throws away what comes out; `done` tells how it went. */
  startDraining(): void {
    const drain = async (): Promise<void> => {
      for await (const _chunk of this.produce());
    };
    drain().catch((error: unknown) => this.fail(error));
  }

  async close(): Promise<void> {
    this.fail(new FreezerError('aborted', 'the stages were stopped before their end'), 'at once');
    await this.reaped();
  }

  /** An aborted restore lets tar end by itself, so that the list of what it wrote is complete. */
  private readonly abort = (): void => this.fail(this.signal?.reason, this.storageAt === 'end' ? 'at once' : 'gently');

  /** Only the first failure counts: what follows it follows from it. */
  private fail(error: unknown, how: 'at once' | 'gently' = 'gently'): void {
    if (this.doneLater.settled) return;
    this.failure ??= { error };
    for (const { chain } of this.chains) chain.stop(how);
    this.inner.abort(this.failure.error);
    this.conclude().catch((late: unknown) => this.doneLater.reject(late));
  }

  private async conclude(): Promise<void> {
    this.signal?.removeEventListener('abort', this.abort);
    await this.reaped();
    // What nobody took of their output would keep a descriptor open.
    for (const { chain } of this.chains) chain.stop('at once');
    const exits = Promise.all(this.chains.map(({ chain }) => chain.exits));
    exits.then((all) => this.exitsLater.resolve(all.flat()), this.exitsLater.reject);
    if (this.failure === undefined) this.doneLater.resolve();
    else this.doneLater.reject(this.failure.error);
  }

  private async reaped(): Promise<void> {
    await Promise.allSettled(this.chains.map(({ chain }) => chain.exits));
  }

  private async *produce(): AsyncGenerator<Uint8Array, void, undefined> {
    let left = true;
    try {
      this.throwIfFailed();
      const last = this.start();
      for await (const chunk of last ?? nothing()) {
        // Of a restore nobody reads this, and leaving now would deny tar the time to end by itself.
        if (this.storageAt === 'end') this.throwIfFailed();
        yield chunk;
      }
      await this.verdict();
      left = false;
      await this.conclude();
    } catch (error) {
      left = false;
      this.fail(error);
      await this.reaped();
      throw this.failure === undefined ? error : this.failure.error;
    } finally {
      if (left) await this.close();
    }
  }

  private throwIfFailed(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }

  /** When nothing failed on the way: whether everything came to its end, too. */
  private async verdict(): Promise<void> {
    await this.sink;
    await this.reaped();
    this.throwIfFailed();
    for (const { chain, programs } of this.chains) {
      const failure = failureOf(await chain.exits, programs, this.storageAt);
      if (failure !== undefined) throw failure;
    }
    if (!this.inputEnded) throw new FreezerError('unexpected', `${this.stages[0]?.name ?? 'the reader'} ended before it had read all of its input`);
  }

  /** Returns what the last stage gives, unless that is a sink. */
  private start(): ByteStream | undefined {
    let stream = this.input === undefined ? undefined : this.watched(this.wholeInput(this.input));
    let programs: ProgramStage[] = [];
    const options = { signal: this.inner.signal };
    for (const [index, stage] of this.stages.entries()) {
      if (stage.kind === 'program') {
        programs.push(stage);
        if (this.stages[index + 1]?.kind === 'program') continue;
        stream = this.watched(this.startChain(programs, stream));
        programs = [];
      } else if (stage.kind === 'open') stream = this.watched(stage.open(options));
      else if (stage.kind === 'transform') stream = this.watched(stage.apply(stream ?? nothing(), options));
      else {
        this.sink = stage.take(stream ?? nothing(), options);
        this.sink.catch((error: unknown) => this.fail(error));
        stream = undefined;
      }
    }
    return stream;
  }

  private startChain(programs: readonly ProgramStage[], input: ByteStream | undefined): ByteStream {
    const chain = runChain({ programs, input });
    this.chains.push({ chain, programs });
    chain.exits.then(
      (exits) => {
        const cause = causeOf(exits, programs, this.storageAt);
        if (cause !== undefined) this.fail(cause);
      },
      (error: unknown) => this.fail(error),
    );
    return this.trusted(chain, programs);
  }

  /** The end of a program's output is the end of the data only when the program ended well. */
  private async *trusted(chain: Chain, programs: readonly ProgramStage[]): AsyncGenerator<Uint8Array, void, undefined> {
    yield* chain.output;
    const failure = failureOf(await chain.exits, programs, this.storageAt);
    if (failure !== undefined) throw failure;
  }

  private async *wholeInput(input: ByteStream): AsyncGenerator<Uint8Array, void, undefined> {
    yield* input;
    this.inputEnded = true;
  }

  /** Stands between all stages, so that an error is seen where it arises, before it has any consequence. */
  private async *watched(body: ByteStream): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** A generator that was never begun skips its `finally`. */
  private takenBy(chunks: AsyncGenerator<Uint8Array, void, undefined>): ByteStream {
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => chunks.next(),
        return: async () => {
          if (this.storageAt === 'end') await this.close();
          return chunks.return();
        },
      }),
    };
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
