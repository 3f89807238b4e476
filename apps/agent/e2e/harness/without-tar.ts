import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { ourArguments, ourEnvironment } from './our-agent.ts';
import { runProgram } from './run-program.ts';

const TARS = new Set(['tar', 'gtar', 'gnutar', 'bsdtar']);
const FOLDERS = ['/usr/bin', '/bin'];

/** A folder with every program of the system but tar, to be the whole PATH. */
export async function pathWithoutTar(lab: Lab): Promise<string> {
  const folder = join(lab.root, 'programs');
  await mkdir(folder);
  const seen = new Set<string>();
  for (const from of FOLDERS) {
    for (const name of await readdir(from)) {
      if (TARS.has(name) || seen.has(name)) continue;
      seen.add(name);
      await symlink(join(from, name), join(folder, name));
    }
  }
  return folder;
}

/** Runs our agent with such a PATH; it has to end with `code`. */
export async function oursWithoutTar(lab: Lab, path: string, code: number, action: string, options: readonly string[]): Promise<void> {
  const ended = await runProgram(process.execPath, ourArguments(lab, action, ['--json', ...options]), {
    cwd: lab.root,
    env: { ...ourEnvironment(lab), PATH: path },
  });
  if (ended.code === code) return;
  const words = `${action} ${options.join(' ')} ended with ${ended.code ?? ended.signal}, not ${code}`;
  throw new Error(`our agent without tar: ${words}:\n${ended.stdout}${ended.stderr}`);
}
