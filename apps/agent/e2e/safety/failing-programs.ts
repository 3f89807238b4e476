import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../harness/lab.ts';

/** An environment in which a program is a script of ours. */
export async function scripted(lab: Lab, program: string, script: string): Promise<NodeJS.ProcessEnv> {
  const folder = join(lab.root, `scripted-${program}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, program), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, program), 0o755);
  return { PATH: `${folder}:${process.env['PATH']}` };
}

/** A tar that tells its version, and dies in the middle of everything else. */
export const failingTar = (lab: Lab): Promise<NodeJS.ProcessEnv> =>
  scripted(
    lab,
    'tar',
    'case "$*" in *--version*) exec /usr/bin/env -i PATH=/usr/bin:/bin tar --version ;; esac\nhead -c 100000 /dev/urandom\necho "tar: it is broken" >&2\nexit 2',
  );
