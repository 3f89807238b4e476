import { messageOf, systemCodeOf } from '@freezer/core';
import { utimesText } from './file-times.ts';

/** The target has no room, or is broken: going on makes no sense of the rest. */
export const TARGET_FAILS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG']);

export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
}

/** What has attributes, by its descriptor or by its name. */
export interface Settable {
  chown(uid: number, gid: number): Promise<void>;
  /** Undefined: it has no mode of its own. */
  readonly chmod: ((mode: number) => Promise<void>) | undefined;
  utimes(accessed: number, modified: string): Promise<void>;
}

/**
 * Gives an entry what it had, as far as the target takes it, and says what it did not take: where root may give no file away (NFS, a container)
 * its content is restored all the same.
 */
export async function setAttributes(place: Settable, { mode, uid, gid, mtimeNs }: Attributes, keepOwners: boolean): Promise<string | undefined> {
  const failed: string[] = [];
  const isTaken = (step: Promise<void>): Promise<boolean> =>
    step.then(
      () => true,
      (error: unknown) => {
        const code = systemCodeOf(error);
        if (code === undefined || TARGET_FAILS.has(code)) throw error;
        failed.push(messageOf(error));
        return false;
      },
    );
  const hasOwner = !keepOwners || (await isTaken(place.chown(uid, gid)));
  // Who runs it as its owner, is to do so as the owner that it had.
  if (place.chmod) await isTaken(place.chmod(hasOwner ? mode : mode & 0o1777));
  await isTaken(place.utimes(Date.now() / 1000, utimesText(mtimeNs)));
  return failed.length === 0 ? undefined : `mode, owner or time cannot be set: ${failed.join('; ')}`;
}
