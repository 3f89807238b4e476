import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSeededRandom } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourBackup, ourRestore, ours, oursEnds } from './harness/our-agent.ts';
import { pythonBackup, pythonRestore, startPython } from './harness/python-agent.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(300_000);

const FIRST_BYTES = 1_000_000;

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  await makeSampleTree(lab.source);
});
let letGo: (() => Promise<unknown>) | undefined;
afterEach(async () => {
  await letGo?.();
  letGo = undefined;
  await lab.close();
});

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: has not happened`);
}

/** A backup by Python whose compressor stops half-way, until it is let go. */
async function slowBackup(): Promise<{ finish(): Promise<number> }> {
  const place = join(lab.root, 'slow');
  await mkdir(place);
  const script = `#!/bin/sh
/bin/gzip "$@" | { head -c ${FIRST_BYTES}; touch ${place}/halfway; while [ -d ${place} ] && [ ! -e ${place}/go ]; do sleep 0.05; done; cat; }
`;
  await writeFile(join(place, 'gzip'), script);
  await chmod(join(place, 'gzip'), 0o755);
  await lab.tick();
  const options = ['--nosync', '--max-segment-size', '65536', '-F', lab.source];
  const { ended } = startPython(lab, 'backup', options, place);
  letGo = async () => {
    await writeFile(join(place, 'go'), '');
    await ended;
  };
  await until('the compressor of Python is half-way', () => exists(join(place, 'halfway')));
  return {
    async finish() {
      const before = new Set((await lab.levels()).map(({ t }) => t));
      await writeFile(join(place, 'go'), '');
      expect(await ended).toMatchObject({ code: 0 });
      const [made] = (await lab.levels()).filter(({ t }) => !before.has(t));
      if (made === undefined) throw new Error('Python made no level');
      return made.t;
    },
  };
}

const addBytes = (name: string, seed: number): Promise<void> => writeFile(join(lab.source, name), createSeededRandom(seed).bytes(3 * FIRST_BYTES));

/** Retention that would take everything but the newest. */
const TAKE_ALL = ['--remove-older-than', '0'];
const ORPHANS = ['--remove-orphans', '--older-than', '7'];

describe('while a backup by Python is half-way', () => {
  it('of the first full: ours of the same set succeeds, admin takes nothing of it, and its point comes back by both', async () => {
    await addBytes('large', 1);
    const slow = await slowBackup();
    const lines = await treeLines(lab.source);
    const byUs = await ourBackup(lab);
    for (const options of [TAKE_ALL, ORPHANS]) await oursEnds(lab, 0, 'admin', options);
    const t = await slow.finish();
    expect(await treeLines(await pythonRestore(lab, t))).toEqual(lines);
    expect(await treeLines(await ourRestore(lab, t))).toEqual(lines);
    expect(await treeLines(await ourRestore(lab, byUs))).toEqual(lines);
  });

  it('of an increment: ours of the same set succeeds, admin takes nothing of its chain, and its point comes back by both', async () => {
    await pythonBackup(lab);
    await changeSampleTree(lab.source, 1);
    await addBytes('large', 2);
    const slow = await slowBackup();
    const lines = await treeLines(lab.source);
    const byUs = await ourBackup(lab);
    for (const options of [TAKE_ALL, ORPHANS]) await oursEnds(lab, 0, 'admin', options);
    const t = await slow.finish();
    expect(await treeLines(await ourRestore(lab, t))).toEqual(lines);
    expect(await treeLines(await ourRestore(lab, byUs))).toEqual(lines);
    expect(await treeLines(await pythonRestore(lab))).toEqual(lines);
    await changeSampleTree(lab.source, 2);
    await ourBackup(lab);
    expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
    expect(await treeLines(await pythonRestore(lab))).toEqual(await treeLines(lab.source));
  });

  it('a full of ours is made beside it, and retention leaves the chain of Python alone', async () => {
    await pythonBackup(lab);
    await changeSampleTree(lab.source, 1);
    await addBytes('large', 3);
    const slow = await slowBackup();
    const lines = await treeLines(lab.source);
    await lab.tick();
    await oursEnds(lab, 0, 'backup', ['-F', lab.source, '--no-incremental']);
    const { code, stdout } = await ours(lab, 'admin', [...TAKE_ALL, '--json']);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/"left_alone":\[\d+\]/) });
    const t = await slow.finish();
    expect(await treeLines(await pythonRestore(lab, t))).toEqual(lines);
    expect(await treeLines(await ourRestore(lab, t))).toEqual(lines);
  });
});
