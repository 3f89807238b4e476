import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { dateOf, Lab } from './harness/lab.ts';
import { oursEnds } from './harness/our-agent.ts';
import { mustRun } from './harness/run-program.ts';
import { treeLines, withFirstLinks, withoutOwners } from './harness/tree-lines.ts';

// Releases before May 2016 put a level into one file and recorded nothing of it. The bytes are the same, so a golden set is laid out as they did.
const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));
const SET = 'fixhost_fix';
const isRoot = process.getuid?.() === 0;
const DONE = isRoot ? 0 : 3;

jest.setTimeout(90_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  await writeFile(join(lab.source, 'a file'), 'content');
});
afterEach(() => lab.close());

async function legacyStore(fixture: string): Promise<string> {
  await mustRun('tar', ['-xzf', join(FIXTURES, `${fixture}.tar.gz`), '-C', lab.root]);
  const today = join(lab.root, 'st/data/tar', SET);
  const store = join(lab.root, 'old');
  for (const t0 of await readdir(today)) {
    const folder = join(store, SET, t0);
    await mkdir(folder, { recursive: true });
    for (const level of await readdir(join(today, t0))) {
      const [number, t] = level.split('_');
      await rename(join(today, t0, level, 'data'), join(folder, `${SET}_${t}_${number}`));
      await rename(join(today, t0, level, 'engine_metadata'), join(folder, `tar_metadata_${SET}_${t}_${number}`));
    }
  }
  return store;
}

const linesOf = async (file: string): Promise<readonly string[]> =>
  (await readFile(join(lab.root, 'expect', file), 'latin1')).split('\n').filter((line) => line !== '');
const comparable = (lines: readonly string[]): readonly string[] => withFirstLinks(isRoot ? lines : withoutOwners(lines)).toSorted();

it.each([
  ['tar-gzip-3levels', []],
  ['tar-xz-2levels', []],
  ['tar-gzip-encrypted-2levels', ['--encrypt-pass-file', join(FIXTURES, 'encrypted.passfile')]],
])('%s in the layout of releases before 2016 is listed, verified and restored at each level', async (fixture, pass) => {
  const where = ['-C', await legacyStore(fixture), '--hostname', 'fixhost', '-N', 'fix', ...pass];
  const times = (await linesOf('timestamps.txt')).map((line) => Number(line.split(' ').at(-1)));
  const listed = JSON.stringify(await oursEnds(lab, 0, 'list', where));
  for (const t of times) expect(listed).toContain(String(t));
  await oursEnds(lab, 0, 'verify', where);
  for (const [level, t] of times.entries()) {
    const target = lab.target();
    await oursEnds(lab, DONE, 'restore', ['--restore-abs-path', target, '--restore-from-date', dateOf(t), ...where]);
    expect(comparable(await treeLines(target))).toEqual(comparable(await linesOf(`level${level}.txt`)));
  }
});

it('a backup of the same name leaves them alone, and begins a chain in the layout of today', async () => {
  const store = await legacyStore('tar-gzip-3levels');
  const before = await treeLines(join(store, SET));
  await oursEnds(lab, 0, 'backup', ['-C', store, '--hostname', 'fixhost', '-N', 'fix', '-F', lab.source, '--incremental', '--force']);
  expect(await treeLines(join(store, SET))).toEqual(before);
  expect(await readdir(join(store, 'metadata/tar', SET))).toHaveLength(1);
});

it('a set whose name is the template that newer releases do not expand is found by name and listed', async () => {
  const name = 'freezer_{mode}_{resource_id}';
  await oursEnds(lab, 0, 'backup', ['-F', lab.source, '-N', name]);
  expect(JSON.stringify(await oursEnds(lab, 0, 'list', ['-N', name]))).toContain(name);
  await oursEnds(lab, 0, 'restore', ['-N', name, '--restore-abs-path', lab.target()]);
});
