import { rm } from 'node:fs/promises';
import type { ByteStream, ObjectInfo, PutOptions } from '@freezer/core';
import { exists } from './exists.ts';
import { type Deed, failure, guarded, isSystemError } from './failure.ts';
import { type Placement, place } from './place.ts';
import type { StagedFile, StagingRun } from './staging.ts';
import type { StagingAreas } from './staging-areas.ts';
import { writeBody } from './write-body.ts';

/** What is to be written, and with what. */
export interface PutRequest {
  readonly areas: StagingAreas;
  readonly run: StagingRun;
  readonly body: ByteStream;
  readonly deed: Deed;
}

/** Writes a body out of sight, makes it durable, and lets it appear. Nothing stays when it fails. */
export async function putObject({ areas, run, body, deed }: PutRequest, { ifAbsent = false, signal }: PutOptions): Promise<ObjectInfo> {
  // Asked before the bytes are taken, too: the answer after gigabytes would be the same.
  if (ifAbsent && (await guarded(deed, () => exists(deed.path)))) throw failure('already_exists', deed, 'it exists already');
  const staging = await guarded(deed, async () => await areas.for(deed.key, deed));
  const staged = await guarded({ ...deed, path: staging.base }, async () => await staging.createFile());
  let where = { staging, staged: staged.path };
  try {
    const written = await writeStaged(staged, body, deed, signal);
    signal?.throwIfAborted();
    await guarded(deed, async () => {
      const placement = (): Placement => ({ ...where, target: deed.path, ifAbsent, folderMode: run.folderMode });
      try {
        await place(placement());
      } catch (error) {
        const moved = isSystemError(error, 'EXDEV') ? await areas.moveAcross(where.staged, where.staging, deed.key, deed) : undefined;
        if (!moved) throw error;
        where = moved;
        await place(placement());
      }
    });
    return { key: deed.key, ...written };
  } catch (error) {
    await rm(where.staged, { force: true });
    throw error;
  }
}

async function writeStaged({ file }: StagedFile, body: ByteStream, deed: Deed, signal: AbortSignal | undefined): Promise<{ size: number; modifiedAt: number }> {
  try {
    const size = await writeBody(file, body, deed, signal);
    return await guarded(deed, async () => {
      await file.sync();
      return { size, modifiedAt: (await file.stat()).mtimeMs };
    });
  } finally {
    await guarded(deed, async () => await file.close());
  }
}
