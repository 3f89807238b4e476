import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { type CallOptions, FreezerError, systemCodeOf } from '@freezer/core';
import { findProgram, minimalEnvironment } from '@freezer/subprocess';

const NAMES = ['gnutar', 'gtar', 'tar'] as const;

/** In the text of the program's own help. */
const BUG_ADDRESS = 'bug-tar@gnu.org';

/** The first of gnutar, gtar and tar on the PATH that is GNU tar. Fails with `unsupported` when none is. */
export async function findGnuTar(options: CallOptions = {}, names: readonly string[] = NAMES): Promise<string> {
  const others: string[] = [];
  for (const name of names) {
    const path = await findProgram([name]);
    // An attempt to start what is not there costs a fork of this process, too.
    if (path === undefined) continue;
    if (await namesGnuTar(path)) return name;
    const version = await versionOf(name, options);
    if (version?.includes('GNU tar')) return name;
    if (version !== undefined) others.push(`${name} is '${version}'`);
  }
  const found = others.length === 0 ? `none of ${names.join(', ')} is installed` : others.join(', ');
  throw new FreezerError('unsupported', `tar: GNU tar is needed: ${found}`);
}

/** To look into the program takes half a millisecond of CPU, to start it nine. Others, and scripts that start GNU tar, are asked for their version. */
const namesGnuTar = async (path: string): Promise<boolean> => (await readFile(path).catch(() => Buffer.alloc(0))).includes(BUG_ADDRESS);

function versionOf(name: string, { signal }: CallOptions): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(name, ['--version'], { timeout: 30_000, env: minimalEnvironment(), ...(signal === undefined ? {} : { signal }) }, (error, stdout) => {
      if (signal?.aborted) reject(signal.reason);
      else if (error === null) resolve(stdout.split('\n', 1)[0] ?? '');
      else resolve(systemCodeOf(error) === 'ENOENT' ? undefined : (stdout.split('\n', 1)[0] ?? ''));
    });
  });
}
