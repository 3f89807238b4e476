import { join } from 'node:path';

/** What reading of settings needs of the host. */
export interface SettingsHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  readonly hostname: string;
  readonly isRoot: boolean;
  /** The text of a file; fails as `node:fs` does. */
  readonly readFile: (path: string) => Promise<string>;
  /** The names in a directory; fails as `node:fs` does. */
  readonly listFolder: (path: string) => Promise<readonly string[]>;
}

export interface FoundConfig {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const present = async (look: Promise<unknown>): Promise<boolean> =>
  look.then(
    () => true,
    () => false,
  );

async function firstOf(paths: readonly string[], look: (path: string) => Promise<unknown>): Promise<string[]> {
  for (const path of paths) if (await present(look(path))) return [path];
  return [];
}

/**
 * The configuration that oslo.config finds by itself, in its order: `PROJECT.conf`, then `PROGRAM.conf`, each in the first of ~/.PROJECT, ~,
 * /etc/PROJECT and /etc that has it; the same for `PROJECT.conf.d` and `PROGRAM.conf.d`.
 */
export async function findConfig(project: string, program: string, { home, readFile, listFolder }: SettingsHost): Promise<FoundConfig> {
  const places = [join(home, `.${project}`), home, join('/etc', project), '/etc'];
  const found = (name: string, look: (path: string) => Promise<unknown>): Promise<string[]> =>
    firstOf(
      places.map((place) => join(place, name)),
      look,
    );
  const names = project === program ? [project] : [project, program];
  const files = await Promise.all(names.map((name) => found(`${name}.conf`, readFile)));
  const folders = await Promise.all(names.map((name) => found(`${name}.conf.d`, listFolder)));
  return { files: files.flat(), folders: folders.flat() };
}
