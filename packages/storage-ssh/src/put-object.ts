import { abortable, type ByteStream, folderOfPath, type ObjectInfo, type PutOptions } from '@freezer/core';
import type { Connection } from './connection.ts';
import { type Deed, failure, guarded, isLost } from './failure.ts';
import { exists } from './folders.ts';
import { place } from './place.ts';
import type { StagedFile, Staging } from './staging.ts';
import { whyRefused, writeBody } from './write-body.ts';

/** How long the removal of an unfinished file may take. */
const DISCARD_MS = 2000;

/** What is to be written, and with what. */
export interface PutRequest {
  readonly connection: Connection;
  readonly staging: Staging;
  readonly folderMode: number;
  readonly body: ByteStream;
  readonly path: string;
  readonly deed: Deed;
}

/** Writes a body out of sight, makes it durable, and lets it appear. Nothing stays when it fails; after a lost connection `close` clears up. */
export async function putObject(request: PutRequest, { ifAbsent = false, signal }: PutOptions): Promise<ObjectInfo> {
  const { connection, staging, body, path, deed, folderMode } = request;
  // Asked before the bytes are taken, too: the answer after gigabytes would be the same.
  if (ifAbsent && (await guarded(deed, async () => await exists(await connection.session({ signal }), path), signal)))
    throw failure('already_exists', deed, 'it exists already');
  const file = await guarded(
    deed,
    () =>
      staging.createFile({ signal }).catch(async (error: unknown) => {
        // Of a connection that is lost nothing more can be asked.
        if (isLost(error)) throw error;
        throw await whyRefused(await connection.session({ signal }), staging.base, error, deed);
      }),
    signal,
  );
  const { session, path: staged } = file;
  try {
    const written = await writeStaged(file, body, deed, signal);
    signal?.throwIfAborted();
    // No abort here: one between two renames would leave what nobody knows of.
    await place({ session, staging, staged, target: path, ifAbsent, folderMode, deed }, {}).catch(async (error: unknown) => {
      throw await whyRefused(session, folderOfPath(staged), error, deed);
    });
    return { key: deed.key, ...written };
  } catch (error) {
    await discard(file);
    throw error;
  }
}

async function writeStaged(file: StagedFile, body: ByteStream, deed: Deed, signal: AbortSignal | undefined): Promise<{ size: number; modifiedAt: number }> {
  const { session, handle, path } = file;
  try {
    const size = await writeBody({ session, handle, folder: folderOfPath(path) }, body, deed, signal);
    await guarded(deed, () => session.fsync(handle), signal);
    const { mtime, size: kept } = await guarded(deed, () => session.fstat(handle), signal);
    if (kept !== size) throw failure('unavailable', deed, `the server kept ${kept} of ${size} bytes`);
    return { size, modifiedAt: mtime * 1000 };
  } finally {
    // The answer matters to nobody: the bytes are synced, or about to be removed.
    session.close(handle).catch(() => undefined);
  }
}

/** The first error is the one to tell; what stays, `close` removes. A server that does not answer is not waited for. */
async function discard({ session, path }: StagedFile): Promise<void> {
  await abortable(session.unlink(path), AbortSignal.timeout(DISCARD_MS)).catch(() => undefined);
}
