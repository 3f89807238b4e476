import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, searchPath } from './environment.ts';

const found = new Map<string, Promise<string | undefined>>();

/**
 * The path of the first of `names` that can be executed somewhere on PATH, or undefined when there is none.
 * A name with a `/` in it is taken as a path. What was found is remembered for the life of the process; what was not is looked for again.
 */
export async function findProgram(names: readonly string[], environment: Environment = process.env): Promise<string | undefined> {
  for (const name of names) {
    const path = await lookUp(name, searchPath(environment));
    if (path !== undefined) return path;
  }
  return undefined;
}

async function lookUp(name: string, path: string): Promise<string | undefined> {
  const key = `${path}\0${name}`;
  const search = found.get(key) ?? firstExecutable(name, path);
  found.set(key, search);
  const result = await search;
  if (result === undefined) found.delete(key);
  return result;
}

async function firstExecutable(name: string, path: string): Promise<string | undefined> {
  const candidates = name.includes('/')
    ? [name]
    : path
        .split(':')
        .filter((folder) => folder.startsWith('/'))
        .map((folder) => join(folder, name));
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK)
    .then(() => stat(path))
    .then(
      (stats) => stats.isFile(),
      () => false,
    );
