import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { HOST, Lab, NAME } from './harness/lab.ts';
import { ourRestore, ours, oursEnds } from './harness/our-agent.ts';
import { pythonBackup, pythonSucceeds } from './harness/python-agent.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(300_000);

const FUTURE = 2_000_000_000;

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

/** A full by Python on a host whose clock was years ahead. */
async function fullOfTheFuture(): Promise<void> {
  await makeSampleTree(lab.source);
  const t = await pythonBackup(lab);
  for (const root of ['data', 'metadata']) {
    const set = join(lab.store, root, 'tar', `${HOST}_${NAME}`);
    await rename(join(set, String(t), `0_${t}`), join(set, String(t), `0_${FUTURE}`));
    await rename(join(set, String(t)), join(set, String(FUTURE)));
  }
}

const stored = async () => (await lab.levels()).map(({ t0, level }) => ({ t0, level }));

it('a set whose full lies in the future: ours refuses to go on with it and says why, and does when it is forced', async () => {
  await fullOfTheFuture();
  await changeSampleTree(lab.source, 1);
  expect(await ours(lab, 'backup', ['-F', lab.source, '--incremental'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/clock.*--force/) });
  expect(await stored()).toEqual([{ t0: FUTURE, level: 0 }]);
  await oursEnds(lab, 0, 'backup', ['-F', lab.source, '--incremental', '--force']);
  expect(await stored()).toEqual([0, 1].map((level) => ({ t0: FUTURE, level })));
  expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
});

it('increments that Python put on a full of the future are restored by us', async () => {
  await fullOfTheFuture();
  for (const step of [1, 2]) {
    await changeSampleTree(lab.source, step);
    await pythonSucceeds(lab, 'backup', ['--nosync', '-F', lab.source]);
  }
  expect((await stored()).map(({ level }) => level).toSorted()).toEqual([0, 1, 2]);
  expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
});
