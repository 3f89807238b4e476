import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dateOf, Lab } from './harness/lab.ts';
import { oursEnds } from './harness/our-agent.ts';
import { mustRun } from './harness/run-program.ts';
import { treeLines, withFirstLinks, withoutOwners } from './harness/tree-lines.ts';

// Sets that Debian's python3-freezer made: `st/` is the container, `expect/levelN.txt` the source after level N.
const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));
const SET = ['--hostname', 'fixhost', '-N', 'fix'];

jest.setTimeout(60_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

interface GoldenSet {
  readonly name: string;
  readonly levels: number;
  readonly passFile?: string;
}

const SETS: readonly GoldenSet[] = [
  { name: 'tar-gzip-3levels', levels: 3 },
  { name: 'tar-bzip2-2levels', levels: 2 },
  { name: 'tar-xz-2levels', levels: 2 },
  { name: 'tar-gzip-encrypted-2levels', levels: 2, passFile: join(FIXTURES, 'encrypted.passfile') },
  { name: 'tar-gzip-single-file', levels: 2 },
  // 0, 1, 1, 1: Python restores one of the levels 1 by chance (level3.python-restore.txt is the first of them); each has a date, and ours gives each.
  { name: 'tar-gzip-always-level-1', levels: 4 },
];

async function unpack({ name, passFile }: GoldenSet): Promise<readonly string[]> {
  await mustRun('tar', ['-xzf', join(FIXTURES, `${name}.tar.gz`), '-C', lab.root]);
  const pass = passFile === undefined ? [] : ['--encrypt-pass-file', passFile];
  return ['--storage', 'local', '-C', join(lab.root, 'st'), ...SET, ...pass];
}

const expected = async (file: string): Promise<readonly string[]> =>
  (await readFile(join(lab.root, 'expect', file), 'latin1')).split('\n').filter((line) => line !== '');

/** Only root can give files away; without it owners are named as lost, and the run is incomplete. */
const isRoot = process.getuid?.() === 0;
const DONE = isRoot ? 0 : 3;
const comparable = (lines: readonly string[]): readonly string[] => withFirstLinks(isRoot ? lines : withoutOwners(lines)).toSorted();

async function restored(where: readonly string[], date: readonly string[]): Promise<readonly string[]> {
  const target = lab.target();
  await oursEnds(lab, DONE, 'restore', ['--restore-abs-path', target, ...where, ...date]);
  return comparable(await treeLines(target));
}

describe.each(SETS)('$name', (set) => {
  it('every level comes back as it was, by its date', async () => {
    const where = await unpack(set);
    const times = (await expected('timestamps.txt')).map((line) => Number(line.split(' ').at(-1)));
    expect(times).toHaveLength(set.levels);
    for (const [level, t] of times.entries()) {
      expect(await restored(where, ['--restore-from-date', dateOf(t)])).toEqual(comparable(await expected(`level${level}.txt`)));
    }
    expect(await restored(where, [])).toEqual(comparable(await expected(`level${set.levels - 1}.txt`)));
  });

  it('is sound', async () => {
    const where = await unpack(set);
    for (const depth of ['bytes', 'restore'])
      expect(await oursEnds(lab, 0, 'verify', [...where, '--depth', depth])).toMatchObject({ result: 'success', depth });
  });
});

it('tar-gzip-deref-hard: hard links were saved as copies, so two files come back, as Python restores them', async () => {
  const where = await unpack({ name: 'tar-gzip-deref-hard', levels: 1 });
  expect(await restored(where, [])).toEqual(comparable(await expected('level0.python-restore.txt')));
});

it('tar-gzip-always-level-1: what Python restores is not the newest', async () => {
  await unpack({ name: 'tar-gzip-always-level-1', levels: 4 });
  const wrong = await expected('level3.python-restore.txt');
  expect(wrong).not.toEqual(await expected('level3.txt'));
  expect(wrong.join()).not.toContain('last.txt');
});

it('each tar set among the golden ones is tried', async () => {
  const archives = (await readdir(FIXTURES)).filter((name) => name.endsWith('.tar.gz')).map((name) => name.replace('.tar.gz', ''));
  expect(archives.toSorted()).toEqual([...SETS.map(({ name }) => name), 'tar-gzip-deref-hard'].toSorted());
});
