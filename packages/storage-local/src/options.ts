import { FILE_MODE_HELP, folderModeOf, readFileMode, settingsFault } from '@freezer/core';

/** How a local storage is opened. */
export interface LocalStorageOptions {
  /** The directory; a relative one is resolved against the working folder when the storage is opened. */
  readonly container: string;
  /** Permission bits of the files that are made. */
  readonly fileMode: number;
  /** Permission bits of the folders that are made. */
  readonly folderMode: number;
}

/** Reads `container` and `storage_mode`. Fails with `invalid`, naming the key and what is allowed. */
export function readLocalSettings({ container, storage_mode = 0o600 }: Readonly<Record<string, unknown>>): LocalStorageOptions {
  const fileMode = readFileMode(storage_mode);
  const wrong = (key: string, message: string) => settingsFault([{ path: [key], message }]);
  if (typeof container !== 'string' || container === '') throw wrong('container', 'must be the path of a directory');
  if (container.includes('\0')) throw wrong('container', 'must not hold a NUL byte');
  if (fileMode === undefined) throw wrong('storage_mode', FILE_MODE_HELP);
  return { container, fileMode, folderMode: folderModeOf(fileMode) };
}
