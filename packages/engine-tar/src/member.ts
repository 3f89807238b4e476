import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute } from 'node:path';
import { FreezerError, messageOf, type SourceLease, systemCodeOf } from '@freezer/core';

/** What tar is told to save: `.` in a directory, or one file by its name. */
export interface Member {
  readonly directory: string;
  readonly member: string;
}

/** Fails with `unsupported` for what is no path, with `not_found` or `permission_denied` when it cannot be looked at. */
export async function memberOf(source: SourceLease): Promise<Member> {
  const { kind, resource } = source;
  if (kind !== 'path' || !isAbsolute(resource)) throw new FreezerError('unsupported', `tar: the source '${source.description}' is no path`);
  try {
    if ((await stat(resource)).isDirectory()) return { directory: resource, member: '.' };
  } catch (cause) {
    const code = systemCodeOf(cause);
    const reason = code === 'ENOENT' ? 'not_found' : code === 'EACCES' ? 'permission_denied' : 'unexpected';
    throw new FreezerError(reason, `tar: cannot read ${source.description}: ${messageOf(cause)}`, { cause });
  }
  return { directory: dirname(resource), member: basename(resource) };
}
