import { FreezerError } from '@freezer/core';
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

const MODE_HELP = "must be octal text such as '0600' or '0640': read and write for the owner, no execute bits, nothing above 0666";
const MODE_TEXT = /^(0o?)?[0-6]{3}$/;

/** Who may read a file may enter the folder that it lies in. */
const folderModeOf = (fileMode: number): number => fileMode | ((fileMode & 0o444) >> 2);

const isFileMode = (mode: number): boolean => (mode & ~0o666) === 0 && (mode & 0o600) === 0o600;

const fileMode = z
  .union(
    [
      z
        .string()
        .regex(MODE_TEXT)
        .transform((text) => Number.parseInt(text.replace(/^0o?/, ''), 8)),
      z.int(),
    ],
    { error: MODE_HELP },
  )
  .refine(isFileMode, { error: MODE_HELP });

const schema = z
  .object({
    container: z
      .string({ error: 'must be the path of a directory' })
      .min(1, 'must be the path of a directory')
      .regex(/^[^\0]+$/, 'must not hold a NUL byte'),
    storage_mode: fileMode.default(0o600),
  })
  .transform(({ container, storage_mode }): LocalStorageOptions => ({ container, fileMode: storage_mode, folderMode: folderModeOf(storage_mode) }));

/** Reads `container` and `storage_mode`. Fails with `invalid`, naming the key and what is allowed. */
export function readLocalSettings(settings: Readonly<Record<string, unknown>>): LocalStorageOptions {
  const read = schema.safeParse(settings);
  if (read.success) return read.data;
  const reasons = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new FreezerError('invalid', reasons.join('; '));
}
