import { abortable, type ByteStream, type ObjectInfo, type PutOptions, pulled } from '@freezer/core';
import type { Connections } from './connections.ts';
import { type Deed, failure, guarded, isRefusal, translated } from './failure.ts';
import { exists } from './look.ts';
import { place } from './place.ts';
import type { Session } from './session.ts';
import type { Staging } from './staging.ts';

/** How long the removal of an unfinished file may take. */
const DISCARD_MS = 2000;

/** What is to be written, and with what. */
export interface PutRequest {
  readonly connections: Connections;
  readonly staging: Staging;
  readonly folderMode: number;
  readonly body: ByteStream;
  readonly path: string;
  readonly deed: Deed;
  readonly onReplaced: () => void;
}

/** Writes a body out of sight, looks whether all of it is there, and lets it appear. Nothing stays when it fails; after a lost connection `close` clears up. */
export async function putObject(request: PutRequest, { ifAbsent = false, signal }: PutOptions): Promise<ObjectInfo> {
  const { connections, staging, path, deed, folderMode, onReplaced } = request;
  const session = await guarded(deed, () => connections.take({ signal }), signal);
  let staged: string | undefined;
  try {
    // Asked before the bytes are taken, too: the answer after gigabytes would be the same.
    if (ifAbsent && (await guarded(deed, () => exists(session, path), signal))) throw failure('already_exists', deed, 'it exists already');
    const write = (): Promise<number> =>
      writeStaged(session, request, signal, (file) => {
        staged = file;
      });
    const size = await connections.transfer(write);
    signal?.throwIfAborted();
    // No abort here: one between two renames would leave what nobody knows of.
    await guarded(deed, async () => await place({ session, staging, staged: staged ?? '', target: path, ifAbsent, folderMode, deed, onReplaced }));
    return { key: deed.key, size };
  } catch (error) {
    if (session.isUsable && staged !== undefined) await session.send('DELE', staged).catch(() => undefined);
    else if (staged !== undefined) await discard(connections, session, staged);
    throw error;
  } finally {
    connections.give(session);
  }
}

/** How many bytes were written. What the body throws comes back as it is. */
async function writeStaged(
  session: Session,
  { staging, body, deed }: PutRequest,
  signal: AbortSignal | undefined,
  onStaged: (file: string) => void,
): Promise<number> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const seen = new Pulls(body, stop.signal);
  try {
    return await guarded(
      deed,
      async () =>
        await staging.inside(session, async (file) => {
          onStaged(file);
          await upload(session, seen, file, staging.fileMode, deed);
          return seen.size;
        }),
      signal,
    );
  } catch (error) {
    throw signal?.aborted !== true && seen.failed ? seen.error : error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort(new Error('the transfer has ended'));
  }
}

/** Writes the file, and looks whether the server kept all of it. */
async function upload(session: Session, body: Pulls, file: string, mode: number, deed: Deed): Promise<void> {
  try {
    await session.upload(body, file);
    await session.setMode(file, mode);
    const kept = await session.size(file);
    if (kept !== body.size) throw failure('unavailable', deed, `the server kept ${kept} of ${body.size} bytes`);
  } catch (error) {
    // Once bytes were taken the same body cannot be written to another place.
    throw isRefusal(error) && body.begun ? translated(error, deed) : error;
  }
}

/** A body that is watched: what it gave, and whether it was the one that failed. */
class Pulls implements ByteStream {
  size = 0;
  begun = false;
  failed = false;
  error: unknown;
  readonly #body: ByteStream;
  readonly #stop: AbortSignal;

  constructor(body: ByteStream, stop: AbortSignal) {
    this.#body = body;
    this.#stop = stop;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.begun = true;
    const chunks = pulled(this.#body, this.#stop);
    try {
      for (;;) {
        const next = await this.#next(chunks);
        if (next.done === true) return;
        this.size += next.value.length;
        // A stream that is broken off throws its reason in here: that is no error of the body.
        if (next.value.length > 0) yield next.value;
      }
    } finally {
      await chunks.return();
    }
  }

  async #next(chunks: AsyncGenerator<Uint8Array, void, undefined>): Promise<IteratorResult<Uint8Array, void>> {
    try {
      return await chunks.next();
    } catch (error) {
      this.failed = !this.#stop.aborted;
      this.error = error;
      throw error;
    }
  }
}

/** The first error is the one to tell; what stays, `close` removes. A server that does not answer is not waited for. */
async function discard(connections: Connections, spoilt: Session, file: string): Promise<void> {
  connections.give(spoilt);
  const signal = AbortSignal.timeout(DISCARD_MS);
  await abortable(
    connections.use({ signal }, async (session) => await session.send('DELE', file)),
    signal,
  ).catch(() => undefined);
}
