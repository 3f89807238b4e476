import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { archiveHistory } from './archive-history.ts';
import { choosePoint } from './choose-point.ts';
import { openHistory } from './open-history.ts';
import type { PointHistory } from './point-history.ts';
import { RestoreLab, SET } from './restore-lab.fixture.ts';

let lab: RestoreLab;
beforeEach(async () => {
  lab = await RestoreLab.make();
});
afterEach(() => lab.remove());

const run = (command: string): unknown => execFileSync('sh', ['-c', command], { cwd: lab.source });

async function history(context = lab.context): Promise<PointHistory> {
  return openHistory(context, SET, await choosePoint(lab.context, lab.request('/nowhere')));
}

async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const points = async (of: PointHistory, at: number) => (await listed(of.point(at))).map(({ entry, level }) => `${level} ${entry.path}`);
const gone = async (of: PointHistory, at: number) => (await listed(of.gone(at))).map(({ path, isDirectory }) => (isDirectory ? `${path}/` : path));
const moved = async (of: PointHistory, at: number) => (await listed(of.moved(at))).map(({ from, to, isDirectory }) => `${from} ${to}${isDirectory ? '/' : ''}`);

describe('the history of a chain of Python Freezer', () => {
  it('tells what each level has, lost and renamed', async () => {
    run('mkdir -p old/sub gone; echo 1 > old/one; echo 2 > old/sub/two; echo 3 > gone/three; echo 4 > four; ln four hard');
    await lab.pythonLevel();
    run('mv old new; rm -r gone four; echo 5 > five');
    await lab.pythonLevel();
    const found = await history();
    expect(await points(found, 0)).toEqual(['0 .', '0 four', '0 gone', '0 gone/three', '0 hard', '0 old', '0 old/one', '0 old/sub', '0 old/sub/two']);
    // tar takes a change of the number of names of `hard` for a change; of `new/one` it knows that it has it.
    expect(await points(found, 1)).toEqual(expect.arrayContaining(['1 .', '1 five', '1 new', '0 new/one', '1 new/sub']));
    expect(await gone(found, 1)).toEqual(['four', 'gone/', 'gone/three']);
    expect(await moved(found, 1)).toEqual(['old new/', 'old/one new/one', 'old/sub new/sub/', 'old/sub/two new/sub/two']);
    expect(await points(found, 1)).toEqual(await points(found, 1));
    expect([await gone(found, 0), await moved(found, 0)]).toEqual([[], []]);
  });

  it('keeps siblings apart whose names sort between a directory and what is in it', async () => {
    run('mkdir -p a a-b a!; echo 1 > a/x; echo 2 > a-b/x; echo 3 > a!/x; echo 4 > a.txt; echo 5 > "-"; echo 6 > "!"');
    await lab.pythonLevel();
    run('rm a/x; rm a-b/x');
    await lab.pythonLevel();
    const found = await history();
    expect(await gone(found, 1)).toEqual(['a-b/x', 'a/x']);
    expect((await points(found, 1)).map((line) => line.slice(2))).toEqual(['!', '-', '.', 'a', 'a!', 'a!/x', 'a-b', 'a.txt']);
  });

  it('loses nothing of a single file', async () => {
    await writeFile(join(lab.source, 'one'), '1');
    await lab.pythonLevel('one');
    await writeFile(join(lab.source, 'one'), '22');
    await lab.pythonLevel('one');
    const found = await history();
    expect(await points(found, 1)).toEqual(['1 one']);
    expect(await gone(found, 1)).toEqual([]);
  });

  it('replaces everything with a level whose base had no snapshot', async () => {
    run('mkdir a b; echo 1 > a/x; echo 2 > b/y');
    await lab.pythonLevel();
    await writeFile(join(lab.root, 'snapshot-0'), '');
    run('mv a c; rm -r b');
    await lab.pythonLevel();
    const found = await history();
    expect(await points(found, 1)).toEqual(['1 .', '1 c', '1 c/x']);
    expect(await gone(found, 1)).toEqual(['a/', 'a/x', 'b/', 'b/y']);
    expect(await moved(found, 1)).toEqual([]);
  });

  it('counts a change of type as gone', async () => {
    run('mkdir a; echo 1 > a/x; echo 2 > b');
    await lab.pythonLevel();
    // A new directory that gets the inode of a removed one is a renamed one to tar.
    run('mkdir spare; rm -r a b; echo 3 > a; mv spare b');
    await lab.pythonLevel();
    expect(await gone(await history(), 1)).toEqual(['a/', 'a/x', 'b']);
  });

  it('names files that wrong rename records of tar lead away from', async () => {
    run('mkdir -p a/b; echo A > a/fa; echo B > a/b/fb');
    await lab.pythonLevel();
    // The child takes the place of its parent, and the parent that of the child.
    run('mv a/b t; mv a t/b; mv t a');
    await lab.pythonLevel();
    // After that tar takes the directories for new ones.
    run('echo N > new');
    await lab.pythonLevel();
    const found = await history();
    expect((await points(found, 1)).map((line) => line.slice(2))).toEqual(['.', 'a', 'a/b']);
    expect([0, 1, 2].map((at) => found.lost(at).map(({ path }) => path))).toEqual([[], ['a/b/fa', 'a/fb'], []]);
    expect((await points(found, 2)).map((line) => line.slice(2))).toEqual(['.', 'a', 'a/b', 'a/b/fa', 'a/fb', 'new']);
  });

  it('fails with corrupt when an archive is damaged', async () => {
    run('mkdir a; echo 1 > a/x');
    await lab.pythonLevel();
    const point = await choosePoint(lab.context, lab.request('/nowhere'));
    for (const [key, bytes] of lab.storage.objects) if (key.endsWith('/data')) lab.storage.objects.set(key, bytes.subarray(0, 40));
    await expect(archiveHistory(lab.context, SET, point)).rejects.toThrow();
  });

  it('is refused when the engine cannot list', async () => {
    await lab.pythonLevel();
    const { read: _read, ...engine } = lab.context.engine;
    const failed = await history({ ...lab.context, engine }).catch((error: unknown) => error);
    expect(FreezerError.is(failed, 'unsupported')).toBe(true);
  });
});

describe('a chain of both', () => {
  it('takes deletions from the index and from the dump lists', async () => {
    run('mkdir a b; echo 1 > a/x; echo 2 > b/y; echo 3 > top');
    await lab.pythonLevel();
    run('rm top; mv a c');
    await lab.ownLevel();
    run('rm -r b; mkdir d');
    await lab.pythonLevel();
    const found = await history();
    expect(await gone(found, 1)).toEqual(['a/', 'a/x', 'top']);
    expect(await moved(found, 1)).toEqual([]);
    expect(await gone(found, 2)).toEqual(['b/', 'b/y']);
    expect((await points(found, 2)).map((line) => line.slice(2))).toEqual(['.', 'c', 'c/x', 'd']);
  });

  it('of which all have an index is told by these', async () => {
    run('mkdir a b; echo 1 > a/x; echo 2 > b/y');
    await lab.ownLevel();
    run('rm -r b; rm a/x; mkdir a/x');
    await lab.ownLevel();
    const found = await history();
    expect(await gone(found, 1)).toEqual(['a/x', 'b/', 'b/y']);
    expect(await points(found, 1)).toEqual(['1 .', '1 a', '1 a/x']);
    expect(await gone(found, 0)).toEqual([]);
  });
});
