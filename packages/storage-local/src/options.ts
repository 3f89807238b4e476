import { FILE_MODE_HELP, folderModeOf, readFileMode, settingsFault } from '@freezer/core';
import * as z from 'zod';

/** How a local storage is opened. */
export interface LocalStorageOptions {
  /** The directory; a relative one is resolved against the working folder when the storage is opened. */
  readonly container: string;
  /** Permission bits of the files that are made. */
  readonly fileMode: number;
  /** Permission bits of the folders that are made. */
  readonly folderMode: number;
}

const fileMode = z
  .unknown()
  .refine((value) => readFileMode(value) !== undefined, { error: FILE_MODE_HELP })
  .transform((value) => readFileMode(value) ?? 0o600)
  .default(0o600);

const schema = z
  .object({
    container: z
      .string({ error: 'must be the path of a directory' })
      .min(1, 'must be the path of a directory')
      .regex(/^[^\0]+$/, 'must not hold a NUL byte'),
    storage_mode: fileMode,
  })
  .transform(({ container, storage_mode }): LocalStorageOptions => ({ container, fileMode: storage_mode, folderMode: folderModeOf(storage_mode) }));

/** Reads `container` and `storage_mode`. Fails with `invalid`, naming the key and what is allowed. */
export function readLocalSettings(settings: Readonly<Record<string, unknown>>): LocalStorageOptions {
  const read = schema.safeParse(settings);
  if (read.success) return read.data;
  throw settingsFault(read.error.issues);
}
