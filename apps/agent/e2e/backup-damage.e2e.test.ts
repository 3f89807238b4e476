import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { Lab, type StoredLevel } from './harness/lab.ts';
import { ourBackup, ourRestore } from './harness/our-agent.ts';
import { treeLines } from './harness/tree-lines.ts';
import { flipBit, objectPath } from './safety/stored-set.ts';

jest.setTimeout(60_000);

/** Nobody else would make a full of it: each further run ended so, until somebody came and looked. */
it.each([
  ['index', 'clear text'],
  ['metadata', 'clear text'],
  ['index', 'encrypted'],
] as const)('a backup that meets a flipped bit in %s below its base makes a full (%s)', async (object, kind) => {
  const lab = await Lab.open();
  try {
    const options = ['--nosync', '--incremental', ...(kind === 'encrypted' ? ['--encrypt-pass-file', lab.passFile] : [])];
    for (const name of ['a', 'b', 'c']) {
      await writeFile(join(lab.source, name), name);
      await ourBackup(lab, options);
    }
    const [full] = (await lab.levels()) as [StoredLevel];
    const damaged = objectPath(lab.store, full, object);
    await flipBit(damaged, Math.floor((await readFile(damaged)).length / 2));
    await rm(join(lab.source, 'a'));
    await ourBackup(lab, options);
    const levels = await lab.levels();
    expect(levels.map(({ level }) => level)).toEqual([0, 1, 2, 0]);
    const target = await ourRestore(lab, undefined, options.slice(2));
    expect(await treeLines(target)).toEqual(await treeLines(lab.source));
  } finally {
    await lab.close();
  }
});
