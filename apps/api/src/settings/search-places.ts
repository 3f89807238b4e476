import { dirname, isAbsolute, join, resolve } from 'node:path';
import { systemCodeOf } from '@freezer/core';
import { expandHome, type SettingsHost } from '@freezer/settings';

export interface FoundText {
  readonly path: string;
  readonly text: string;
}

/** Where oslo.config looks for a file that is named without a folder: beside the configuration, then in its usual places. */
function placesOf(files: readonly string[], { home, cwd }: SettingsHost): readonly string[] {
  const own = files.map((path) => dirname(resolve(cwd, expandHome(path, home))));
  return [...new Set([...own, join(home, '.freezer'), home, '/etc/freezer', '/etc'])];
}

/** All paths that a name may mean, best first. */
export function candidates(name: string, files: readonly string[], host: SettingsHost): readonly string[] {
  const expanded = expandHome(name, host.home);
  return isAbsolute(expanded) ? [expanded] : placesOf(files, host).map((place) => join(place, expanded));
}

/** The first that is there; a file that is there and cannot be read fails as `node:fs` does. */
export async function readFirst(paths: readonly string[], host: SettingsHost): Promise<FoundText | undefined> {
  for (const path of paths) {
    try {
      return { path, text: await host.readFile(path) };
    } catch (error) {
      const code = systemCodeOf(error);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    }
  }
  return undefined;
}
