import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeTree, TarBench } from '../test-support/tar-bench.ts';

let bench: TarBench;
beforeEach(async () => {
  bench = await TarBench.make();
});
afterEach(() => bench.remove());

describe('a chain of levels', () => {
  it('comes back level by level', async () => {
    const source = await bench.folder('source');
    await mkdir(join(source, 'a/b'), { recursive: true });
    await writeFile(join(source, 'a/b/one'), 'one');
    await writeFile(join(source, 'two'), 'two');
    await symlink('tar get', join(source, 'a -> b'));
    await utimes(join(source, 'two'), 1.5, 1.5);
    const trees = [await describeTree(source)];
    const full = await bench.backup(source);
    expect(full).toMatchObject({ held: ['.', 'a', 'a -> b', 'a/b', 'a/b/one', 'two'], deleted: [], skipped: [] });
    expect(full.outcome.replacesAll).toBe(true);

    await rm(join(source, 'two'));
    await rename(join(source, 'a/b'), join(source, 'a/c'));
    await writeFile(join(source, 'three'), 'three');
    trees.push(await describeTree(source));
    const first = await bench.backup(source, full);
    expect(first).toMatchObject({ held: ['.', 'a', 'a/c', 'a/c/one', 'three'], deleted: ['a/b', 'a/b/one', 'two'], skipped: [] });
    expect(first.outcome.replacesAll).toBe(false);

    for (const [level, tree] of trees.entries()) {
      const target = await bench.folder(`target-${level}`);
      expect(await bench.restore([full.archive, first.archive].slice(0, level + 1), target)).toEqual([]);
      expect(await describeTree(target)).toEqual(tree);
    }
  });
});
