import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, searchPath } from './environment.ts';

const found = new Map<string, string>();

/**
 * The path of the first of `names` that can be executed somewhere on PATH, or undefined when there is none.
 * A name with a `/` in it is taken as a path. What was found is remembered for the life of the process; what was not is looked for again.
 */
export async function findProgram(names: readonly string[], environment: Environment = process.env): Promise<string | undefined> {
  const path = searchPath(environment);
  for (const name of names) {
    const key = `${path}\0${name}`;
    const program = found.get(key) ?? firstExecutable(name, path);
    if (program === undefined) continue;
    found.set(key, program);
    return program;
  }
  return undefined;
}

function firstExecutable(name: string, path: string): string | undefined {
  if (name.includes('/')) return isExecutable(name) ? name : undefined;
  const folders = path.split(':').filter((folder) => folder.startsWith('/'));
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Synchronously: a long PATH is dozens of questions, each of which takes microseconds here, and ten times that through threads. */
function isExecutable(path: string): boolean {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
