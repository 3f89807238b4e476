import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourBackup, ourRestore } from './harness/our-agent.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(60_000);

it('a source that was a directory and is a file now, or the other way round, makes a full', async () => {
  const lab = await Lab.open();
  try {
    const source = join(lab.source, 'thing');
    const save = () => ourBackup(lab, ['--nosync'], source);
    await mkdir(source);
    await writeFile(join(source, '!first'), 'of the directory');
    await save();
    await save();
    await rm(source, { recursive: true });
    await writeFile(source, 'a file');
    await save();
    await save();
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
    await rm(source);
    await mkdir(source);
    await writeFile(join(source, 'again'), 'a directory');
    await save();
    expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1, 0, 1, 0]);
  } finally {
    await lab.close();
  }
});
