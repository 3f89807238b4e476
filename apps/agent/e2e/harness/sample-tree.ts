import { randomFillSync } from 'node:crypto';
import { appendFile, chmod, chown, link, lutimes, mkdir, rename, rm, rmdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from './run-program.ts';
import { inTree } from './tree-lines.ts';

const NUMBERS = Array.from({ length: 3000 }, (_, at) => `${at + 1}\n`).join('');

/** A small tree with what both agents can keep: links, a FIFO, special bits, owners, names of all kinds. */
export async function makeSampleTree(root: string): Promise<void> {
  const at = (path: string): string => join(root, path);
  for (const folder of ['sub/deep/er', 'empty', 'gone/below']) await mkdir(at(folder), { recursive: true });
  await writeFile(at('a.txt'), 'one\n');
  await writeFile(at('b.txt'), 'two\n');
  await writeFile(at('numbers.txt'), NUMBERS);
  await writeFile(at('random.dat'), randomFillSync(Buffer.alloc(200_000)));
  await writeFile(at('zero'), '');
  await writeFile(at('x.log'), 'log\n');
  await writeFile(at('gone/below/x'), 'x\n');
  await writeFile(at('sub/with blank é.txt'), 'blank\n');
  await writeFile(at('sub/deep/d.txt'), 'deep\n');
  await writeFile(at(`sub/${'l'.repeat(200)}`), 'long\n');
  await writeFile(inTree(root, 'sub/not utf-8 \xe9\xff'), 'bytes\n');
  await writeFile(at('sub/two\nlines'), 'newline\n');
  await symlink('a.txt', at('link'));
  await symlink('/no/such/target', at('broken'));
  await link(at('a.txt'), at('sub/hard'));
  await link(at('sub/deep/d.txt'), at('sub/deep/hard'));
  await mustRun('mkfifo', [at('pipe')]);
  await chmod(at('b.txt'), 0o640);
  await chown(at('b.txt'), 1000, 1000);
  await chmod(at('x.log'), 0o4755);
  await chmod(at('empty'), 0o1777);
  await utimes(at('b.txt'), 981_173_106, 981_173_106);
  await lutimes(at('link'), 981_173_106, 981_173_106);
}

/** What happens to that tree between its levels 0, 1, 2 and so on; from the fourth on a file more each time. */
export async function changeSampleTree(root: string, step: number): Promise<void> {
  const at = (path: string): string => join(root, path);
  if (step === 1) {
    await appendFile(at('a.txt'), 'more\n');
    await rm(at('b.txt'));
    await rm(at('gone'), { recursive: true });
    await writeFile(at('new.txt'), 'new\n');
    await chmod(at('numbers.txt'), 0o600);
  } else if (step === 2) {
    await rename(at('new.txt'), at('renamed.txt'));
    await rename(at('sub/deep'), at('sub/deep2'));
    await rmdir(at('empty'));
    await rm(at('link'));
    await symlink('random.dat', at('link'));
    await appendFile(at('numbers.txt'), '3\n');
  } else {
    await writeFile(at(`step-${step}`), `${step}\n`);
    await rm(at(`step-${step - 1}`), { force: true });
    await appendFile(at('a.txt'), `${step}\n`);
  }
}
