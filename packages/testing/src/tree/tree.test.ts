import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compareTrees } from './compare-trees.ts';
import { makeTree } from './make-tree.ts';
import { makeWeirdTree } from './make-weird-tree.ts';
import { mutateTree } from './mutate-tree.ts';
import { readTree } from './read-tree.ts';

describe('trees', () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'freezer-tree-'));
  });
  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  it('the same seed makes the same tree of the size that was asked for, another seed another', async () => {
    for (const [name, seed] of [
      ['a', 1],
      ['b', 1],
      ['c', 2],
    ] as const)
      await makeTree(`${base}/${name}`, { files: 90, bytes: 3_000_000, seed });
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map(async (name) => await readTree(`${base}/${name}`)));
    expect(compareTrees(a ?? [], b ?? [])).toEqual([]);
    expect(compareTrees(a ?? [], c ?? []).length).toBeGreaterThan(50);
    const files = (a ?? []).filter((entry) => entry.type === 'file');
    expect(files).toHaveLength(90);
    expect(files.reduce((sum, { size }) => sum + size, 0)).toBe(3_000_000);
  });

  it('a change is repeated by its seed and seen by the comparison', async () => {
    for (const name of ['a', 'b']) await makeTree(`${base}/${name}`, { files: 200, bytes: 400_000, seed: 5 });
    const before = await readTree(`${base}/a`);
    const changes = await mutateTree(`${base}/a`, { seed: 9 });
    expect(await mutateTree(`${base}/b`, { seed: 9 })).toEqual(changes);
    expect(Math.min(changes.added, changes.changed, changes.deleted)).toBeGreaterThan(0);
    const [a, b] = [await readTree(`${base}/a`), await readTree(`${base}/b`)];
    expect(compareTrees(a, b, { without: ['mtime'] })).toEqual([]);
    expect(compareTrees(before, a).length).toBeGreaterThan(changes.changed);
  });

  it('a copy of the weird tree by cp -a is equal', async () => {
    await makeWeirdTree(`${base}/a`, { asRoot: false });
    execFileSync('cp', ['-a', '--sparse=always', `${base}/a`, `${base}/b`]);
    expect(compareTrees(await readTree(`${base}/a`), await readTree(`${base}/b`))).toEqual([]);
  });

  it('the weird tree has what it promises', async () => {
    await makeWeirdTree(`${base}/a`, { asRoot: false });
    const tree = await readTree(`${base}/a`);
    const of = (path: string) => tree.find((entry) => entry.path === path);
    expect(of('names/line\nend')?.type).toBe('file');
    expect(of('names/\xff\xfe-')?.type).toBe('file');
    expect(of(`names/${'x'.repeat(255)}`)?.type).toBe('file');
    expect(of('links/raw')?.target).toBe('raw-\xe9\n');
    expect(of('links/one/another')?.hardLinks).toEqual(['links/a name -> of it', 'links/one/another', 'links/two/original']);
    expect(of('times/nanoseconds')?.mtimeNs).toBe(1_700_000_000_123_456_789n);
    expect(of('times/before-1970')?.mtimeNs).toBe(-86_400_500_000_000n);
    expect(of('times/folder')?.mtimeNs).toBe(1_500_000_000_000_000_007n);
    expect(of('files/sparse-end')?.size).toBe(20_000_016);
    expect(of('files/sparse-end')?.allocatedBytes).toBeLessThan(200_000);
    expect(of('modes/4755')?.mode).toBe(0o4755);
    expect(of('fifo')?.type).toBe('fifo');
    expect(Math.max(...tree.map(({ path }) => path.length))).toBeGreaterThan(1024);
  });

  it.each([
    ['a byte', "printf X | dd of=files/block bs=1 seek=5 conv=notrunc status=none; touch -d '@1600000000' files/block", /"files\/block": bytes/],
    ['a missing file', 'rm names/-rf', /"names\/-rf": is missing/],
    ['a stray file', 'touch links/empty/stray', /"links\/empty\/stray": is there/],
    ['a mode', 'chmod u-s modes/4755', /"modes\/4755": mode 4755 became 755/],
    ['a nanosecond', "touch -d '@1700000000.123456788' times/nanoseconds", /mtime 1700000000123456789 became 1700000000123456788/],
    ['the time of a link', "touch -h -d '@1600000000.5' times/link", /"times\/link": mtime/],
    ['the time of a folder', "touch -d '@1500000000' times/folder", /"times\/folder": mtime/],
    ['a link target', 'ln -sfn elsewhere links/dangling', /"links\/dangling": target/],
    ['a type', 'rm fifo; touch fifo', /"fifo": type fifo became file/],
    ['a hard link', 'cp -p links/one/another t; rm links/one/another; mv t links/one/another', /hard links/],
    ['a hole', 'cp -p --sparse=never files/sparse-end t; cat t > files/sparse-end', /holes are lost/],
    ['a size', 'truncate -s 513 files/block', /"files\/block": size 512 became 513/],
  ])('a difference in %s is seen', async (_, command, line) => {
    await makeWeirdTree(`${base}/a`, { asRoot: false });
    const before = await readTree(`${base}/a`);
    execFileSync('sh', ['-ec', command], { cwd: `${base}/a` });
    expect(compareTrees(before, await readTree(`${base}/a`)).join('\n')).toMatch(line);
  });
});
