import { realpathSync } from 'node:fs';

/** What is looked at when TZ is not set. */
const OWN_ZONE = '/etc/localtime';

/**
 * Names the zone in TZ where it is given as a file, as in `:/etc/localtime`, for this process and its children. V8 knows zones by their names alone, and
 * takes a file for a zone that has winter time all year: each local time in summer would be an hour off.
 */
export function zoneByName(environment: Record<string, string | undefined>, realPath: (path: string) => string = realpathSync): void {
  const file = (environment['TZ'] ?? '').replace(/^:/, '');
  if (!file.startsWith('/')) return;
  // V8 also finds the zone of a file that was copied there.
  if (file === OWN_ZONE) delete environment['TZ'];
  else {
    const name = nameIn(file) ?? nameIn(real(file, realPath));
    if (name !== undefined) environment['TZ'] = name;
  }
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
