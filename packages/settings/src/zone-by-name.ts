import { realpathSync } from 'node:fs';

/** What is looked at when TZ is not set. */
const OWN_ZONE = '/etc/localtime';
/** Among the zones it is a link to that file; V8 knows none of this name. */
const OWN_NAME = 'localtime';

/**
 * Names the zone in TZ where it is given as a file, as in `:/etc/localtime`, for this process and its children. V8 knows zones by their names alone, and
 * takes a file for a zone that has winter time all year: each local time in summer would be an hour off.
 */
export function zoneByName(environment: Record<string, string | undefined>, realPath: (path: string) => string = realpathSync): void {
  const file = (environment['TZ'] ?? '').replace(/^:/, '');
  if (!file.startsWith('/') && file !== OWN_NAME) return;
  const name = file === OWN_ZONE || file === OWN_NAME ? OWN_NAME : (nameIn(file) ?? nameIn(real(file, realPath)));
  // V8 also finds the zone of a file that was copied there.
  if (name === OWN_NAME) delete environment['TZ'];
  else if (name !== undefined) environment['TZ'] = name;
}

function nameIn(path: string): string | undefined {
  return /\/zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(path)?.[1];
}

function real(file: string, realPath: (path: string) => string): string {
  try {
    return realPath(file);
  } catch {
    // The C library then takes UTC, and so does V8.
    return file;
  }
}
