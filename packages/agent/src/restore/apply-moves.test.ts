import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerBytes, thisOwner } from '@freezer/format';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { applyMoves } from './apply-moves.ts';
import type { MovedPath } from './point-history.ts';
import { RestoreLab, T0, type Tree, treeOf } from './restore-lab.fixture.ts';
import { removeDeadStaging } from './staging.ts';

let lab: RestoreLab;
let target: string;
beforeEach(async () => {
  lab = await RestoreLab.make();
  target = join(lab.root, 'target');
  await mkdir(target);
});
afterEach(() => lab.remove());

/** `a b` a file, `a/ b/` a directory. */
async function* movesOf(...lines: readonly string[]): AsyncGenerator<MovedPath> {
  for (const line of lines.toSorted()) {
    const [from = '', to = ''] = line.split(' ');
    yield { from: from.replace(/\/$/, ''), to: to.replace(/\/$/, ''), isDirectory: from.endsWith('/') };
  }
}

async function* pathsOf(...paths: readonly string[]): AsyncGenerator<string> {
  yield* paths;
}

async function moved(tree: Tree, ...lines: readonly string[]): Promise<Tree> {
  await lab.write(target, tree);
  expect(await applyMoves(lab.context, target, movesOf(...lines))).toEqual([]);
  return treeOf(target);
}

describe('moves', () => {
  it('exchange two directories', async () => {
    const tree = { 'a/f': 'f A', 'b/f': 'f B', 'b/deep/g': 'f G' };
    expect(await moved(tree, 'a/ b/', 'a/f b/f', 'b/ a/', 'b/deep/ a/deep/', 'b/deep/g a/deep/g', 'b/f a/f')).toEqual({
      a: 'd',
      'a/f': 'f B',
      'a/deep': 'd',
      'a/deep/g': 'f G',
      b: 'd',
      'b/f': 'f A',
    });
  });

  it('leave a file of a stranger, and its directory', async () => {
    expect(await moved({ 'a/x/f': 'f A', 'a/x/stray': 'f S', 'a/y/f': 'f Y' }, 'a/ b/', 'a/x/ b/x/', 'a/x/f b/x/f', 'a/y/ b/y/', 'a/y/f b/y/f')).toEqual({
      a: 'd',
      'a/x': 'd',
      'a/x/stray': 'f S',
      b: 'd',
      'b/x': 'd',
      'b/x/f': 'f A',
      'b/y': 'd',
      'b/y/f': 'f Y',
    });
  });

  it('put a file where a directory was that moves away, and the other way round', async () => {
    expect(await moved({ 'p/d': 'f file', 'q/d/f': 'f F' }, 'p/ q/', 'p/d q/d', 'q/ p/', 'q/d/ p/d/', 'q/d/f p/d/f')).toEqual({
      p: 'd',
      'p/d': 'd',
      'p/d/f': 'f F',
      q: 'd',
      'q/d': 'f file',
    });
  });

  it('take away directories that are emptied by them', async () => {
    await lab.write(target, { 'gone/kept/f': 'f F', 'other/stray': 'f S' });
    await applyMoves(lab.context, target, movesOf('gone/kept/ new/', 'gone/kept/f new/f'), pathsOf('.', 'gone', 'other'));
    expect(await treeOf(target)).toEqual({ new: 'd', 'new/f': 'f F', other: 'd', 'other/stray': 'f S' });
  });

  it('replace what a stranger has where the backup has a file or a directory', async () => {
    const tree = { 'a/f': 'f A', 'a/g': 'f G', b: 'f stray', 'c/f': 'f stray', 'c/g': 'd' };
    expect(await moved(tree, 'a/f b/f', 'a/g c/g')).toEqual({ a: 'd', b: 'd', 'b/f': 'f A', c: 'd', 'c/f': 'f stray', 'c/g': 'f G' });
  });

  it('name a file whose place a folder of a stranger has', async () => {
    await lab.write(target, { 'a/f': 'f A', 'b/f/stray': 'f S' });
    expect(await applyMoves(lab.context, target, movesOf('a/ b/', 'a/f b/f'))).toEqual([{ path: 'b/f', detail: expect.stringContaining('not of the backup') }]);
    expect(await treeOf(target)).toEqual({ b: 'd', 'b/f': 'd', 'b/f/stray': 'f S' });
  });

  it('never leave the target by a link', async () => {
    const elsewhere = join(lab.root, 'elsewhere');
    await lab.write(elsewhere, { f: 'f precious' });
    await lab.write(target, { 'a/f': 'f A' });
    await symlink(elsewhere, join(target, 'b'));
    await symlink(elsewhere, join(target, 'c'));
    await applyMoves(lab.context, target, movesOf('a/f b/f', 'c/ d/', 'c/f d/f'));
    expect(await treeOf(elsewhere)).toEqual({ f: 'f precious' });
    expect(await treeOf(target)).toEqual({ a: 'd', b: 'd', 'b/f': 'f A', c: `l ${elsewhere}` });
  });

  it('pass over what is not there', async () => {
    expect(await moved({ 'a/f': 'f A' }, 'a/g b/g', 'x/ y/', 'x/f y/f', 'a/f/ b/f/')).toEqual({ a: 'd', 'a/f': 'f A' });
  });

  it('keep names that are no UTF-8', async () => {
    const name = Buffer.concat([Buffer.from(`${target}/a/`), Buffer.from([0xff, 0x0a, 0xe9])]);
    await mkdir(join(target, 'a'));
    await writeFile(name, 'A');
    async function* moves(): AsyncGenerator<MovedPath> {
      yield { from: 'a/\xff\n\xe9', to: 'b/\xe9\n\xff', isDirectory: false };
    }
    await applyMoves(lab.context, target, moves());
    expect(await readdir(join(target, 'b'), { encoding: 'latin1' })).toEqual(['\xe9\n\xff']);
  });

  it('leave nothing of ours when they stop', async () => {
    await lab.write(target, { 'a/f': 'f A', 'a/g': 'f G' });
    async function* stopping(): AsyncGenerator<MovedPath> {
      yield { from: 'a/f', to: 'b/f', isDirectory: false };
      yield { from: 'a/g', to: 'b/g', isDirectory: false };
      expect((await readdir(target)).filter((name) => name.startsWith('.freezer'))).toHaveLength(1);
      throw new Error('stopped');
    }
    await expect(applyMoves(lab.context, target, stopping())).rejects.toThrow('stopped');
    expect((await readdir(target)).filter((name) => name.startsWith('.freezer'))).toEqual([]);
  });
});

describe('what a restore that was killed left', () => {
  it('goes with the next one; what others left stays', async () => {
    const self = lab.context.owner;
    const dead = { ...self, run_id: 'dead', pid: 2 ** 22 + 1, pid_started: '1' };
    const alive = { ...(await thisOwner('alive', T0)), pid: process.ppid, pid_started: '' };
    for (const owner of [dead, alive]) {
      await mkdir(join(target, `.freezer-restore-${owner.run_id}`));
      await writeFile(join(target, `.freezer-restore-${owner.run_id}`, 'owner'), ownerBytes(owner));
    }
    await lab.write(target, { '.freezer-restore-mine/f': 'f 1', '.freezer-restore-file': 'f 2', 'dead/owner': `f ${ownerBytes(dead)}` });
    await chmod(join(target, '.freezer-restore-dead'), 0o700);
    await removeDeadStaging(lab.context, target);
    expect((await readdir(target)).toSorted()).toEqual(['.freezer-restore-alive', '.freezer-restore-file', '.freezer-restore-mine', 'dead']);
    expect(lab.warnings).toHaveLength(1);
  });
});
