import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourBackup, ourRestore } from './harness/our-agent.ts';
import { pythonBackup, pythonRestore } from './harness/python-agent.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(300_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

type Backup = typeof ourBackup;
type Restore = typeof ourRestore;

interface Variant {
  readonly name: string;
  readonly levels: readonly number[];
  readonly backup: readonly string[];
  readonly encrypted?: boolean;
}

const VARIANTS: readonly Variant[] = [
  { name: 'a full', levels: [0], backup: [] },
  { name: 'three levels, gzip', levels: [0, 1, 2], backup: [] },
  { name: 'two levels, bzip2', levels: [0, 1], backup: ['--compression', 'bzip2'] },
  { name: 'two levels, xz', levels: [0, 1], backup: ['--compression', 'xz'] },
  { name: 'three levels, encrypted', levels: [0, 1, 2], backup: [], encrypted: true },
  { name: 'a full, xz, encrypted', levels: [0], backup: ['--compression', 'xz'], encrypted: true },
];

const passOf = ({ encrypted }: Variant): readonly string[] => (encrypted ? ['--encrypt-pass-file', lab.passFile] : []);

/** Levels made by one agent; each restored by its date, and the newest without one, by the other. */
async function levelsByDate(variant: Variant, backup: Backup, restore: Restore): Promise<void> {
  const pass = passOf(variant);
  await makeSampleTree(lab.source);
  const points: { t: number; lines: readonly string[] }[] = [];
  for (const level of variant.levels) {
    if (level > 0) await changeSampleTree(lab.source, level);
    const t = await backup(lab, [...variant.backup, ...pass]);
    points.push({ t, lines: await treeLines(lab.source) });
  }
  expect((await lab.levels()).map(({ level }) => level)).toEqual(variant.levels);
  const restored = await Promise.all([...points.map(({ t }) => restore(lab, t, pass)), restore(lab, undefined, pass)]);
  const found = await Promise.all(restored.map((target) => treeLines(target)));
  expect(found.pop()).toEqual(points.at(-1)?.lines);
  expect(found).toEqual(points.map(({ lines }) => lines));
}

/** A set whose source is one file, not a folder. */
async function singleFile(backup: Backup, restore: Restore): Promise<void> {
  await mkdir(join(lab.root, 'place'));
  const file = join(lab.root, 'place', 'single.txt');
  await writeFile(join(lab.root, 'place', 'beside'), 'not saved\n');
  await writeFile(file, 'first\n', { mode: 0o640 });
  const listing = async (): Promise<readonly string[]> => (await treeLines(join(lab.root, 'place'))).filter((line) => line.endsWith(' single.txt'));
  const first = await backup(lab, [], file);
  const before = await listing();
  await appendFile(file, 'second\n');
  const second = await backup(lab, [], file);
  expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1]);
  expect(await treeLines(await restore(lab, first))).toEqual(before);
  expect(await treeLines(await restore(lab, second))).toEqual(await listing());
}

describe.each(VARIANTS)('$name', (variant) => {
  it('backed up by Python, each restored by us', () => levelsByDate(variant, pythonBackup, ourRestore));
  it('backed up by us, each restored by Python', () => levelsByDate(variant, ourBackup, pythonRestore));
});

describe('a single file', () => {
  it('backed up by Python, restored by us', () => singleFile(pythonBackup, ourRestore));
  it('backed up by us, restored by Python', () => singleFile(ourBackup, pythonRestore));
});
