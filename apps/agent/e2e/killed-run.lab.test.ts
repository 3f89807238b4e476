import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSeededRandom, realisticBytes } from '@freezer/testing';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourBackup, ourRestore, startOurs } from './harness/our-agent.ts';
import { pythonBackup, pythonRestore } from './harness/python-agent.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(300_000);

const DELAYS_MS = [100, 200, 250, 300, 350];

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

/** Folders below `metadata/` that hold nothing, though they are those of a chain or a level: one of them stops every run of Python. */
async function emptyFolders(): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    // It went away while it was looked at; below the set (metadata/tar/<set>) nothing may be empty.
    if (entries === undefined) return;
    if (entries.length === 0 && depth > 2) found.push(folder);
    for (const entry of entries) if (entry.isDirectory()) await visit(join(folder, entry.name), depth + 1);
  };
  await visit(join(lab.store, 'metadata'), 0);
  return found;
}

/** Looks at the storage again and again until it is told to stop. */
function watchForEmptyFolders(): { stop(): Promise<readonly string[]> } {
  const seen = new Set<string>();
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      for (const folder of await emptyFolders()) seen.add(folder);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return [...seen];
    },
  };
}

it('Python reads and continues a set whose backup by us was killed, again and again; no empty folder is ever seen below metadata/', async () => {
  await makeSampleTree(lab.source);
  await ourBackup(lab);
  const before = await treeLines(lab.source);
  const watch = watchForEmptyFolders();
  await changeSampleTree(lab.source, 1);
  await writeFile(join(lab.source, 'large'), realisticBytes(createSeededRandom(7), 12_000_000));
  let killed = 0;
  for (const delay of DELAYS_MS) {
    const { child, ended } = startOurs(lab, 'backup', ['-F', lab.source, '--incremental']);
    await new Promise((resolve) => setTimeout(resolve, delay));
    child.kill('SIGKILL');
    if ((await ended).signal === 'SIGKILL') killed += 1;
  }
  expect(killed).toBeGreaterThan(2);
  // Python itself makes a folder before what is in it: it is not watched.
  expect(await watch.stop()).toEqual([]);
  const levels = await lab.levels();
  if (levels.length === 1) expect(await treeLines(await pythonRestore(lab))).toEqual(before);
  await pythonBackup(lab);
  const lines = await treeLines(lab.source);
  expect(await treeLines(await pythonRestore(lab))).toEqual(lines);
  expect(await treeLines(await ourRestore(lab))).toEqual(lines);
  await changeSampleTree(lab.source, 2);
  await ourBackup(lab);
  expect(await treeLines(await pythonRestore(lab))).toEqual(await treeLines(lab.source));
});
