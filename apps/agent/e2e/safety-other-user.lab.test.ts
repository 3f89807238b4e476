import { chmod, chown, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { mustRun } from './harness/run-program.ts';
import { treeLines } from './harness/tree-lines.ts';
import { expectOneLine, runAgent, type Surroundings } from './safety/agent-runs.ts';
import { remainsOf } from './safety/remains.ts';

jest.setTimeout(60_000);

const NOBODY = 65_534;
const asNobody: Surroundings = { through: ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'] };

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  await writeFile(join(lab.source, 'open'), 'open\n');
  await writeFile(join(lab.source, 'closed'), 'closed\n');
  await mkdir(join(lab.source, 'folder'));
  await writeFile(join(lab.source, 'folder/inner'), 'inner\n');
  for (const name of ['open', 'closed', 'folder/inner', 'folder']) await utimes(join(lab.source, name), 1_700_000_000, 1_700_000_000);
  await mustRun('chown', ['-R', `${NOBODY}:${NOBODY}`, lab.root]);
});
afterEach(() => lab.close());

interface Document {
  readonly result: string;
  readonly skipped_total: number;
  readonly skipped: readonly { path: string; reason: string; detail: string }[];
}

async function backup(code: number): Promise<Document> {
  await lab.tick();
  const ended = await runAgent(lab, 'backup', ['-F', lab.source, '--incremental', '--json'], asNobody);
  expect(ended).toMatchObject({ code, stderr: '' });
  return JSON.parse(ended.stdout) as Document;
}

async function restored(): Promise<readonly string[]> {
  const target = lab.target();
  expect(await runAgent(lab, 'restore', ['--restore-abs-path', target], asNobody)).toMatchObject({ code: 0 });
  return treeLines(target, 'nanoseconds');
}

it.each(['closed', 'folder'])(
  'N1: %s cannot be read: the run ends with 3 and names it; level 1 holds it as soon as it can be read, although nothing about it changed',
  async (name) => {
    const place = join(lab.source, name);
    // Only its owner is changed: neither content nor time of change of the content tells of it, and nothing does when it is given back.
    await chown(place, 0, 0);
    await chmod(place, 0o700);
    const first = await backup(3);
    expect(first).toMatchObject({ result: 'partial', skipped_total: 1, skipped: [{ path: name, detail: expect.stringMatching(/permission denied/i) }] });
    const second = await backup(3);
    expect(second).toMatchObject({ result: 'partial', skipped_total: 1 });
    await chown(place, NOBODY, NOBODY);
    await chmod(place, name === 'folder' ? 0o755 : 0o644);
    const third = await backup(0);
    expect(third).toMatchObject({ result: 'success', skipped_total: 0 });
    expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1, 2]);
    expect(await restored()).toEqual(await treeLines(lab.source, 'nanoseconds'));
  },
);

it('a file that could not be read only because of the folder above it', async () => {
  await chmod(join(lab.source, 'folder'), 0o600);
  expect((await backup(3)).skipped_total).toBeGreaterThan(0);
  await chmod(join(lab.source, 'folder'), 0o755);
  await backup(0);
  expect(await restored()).toEqual(await treeLines(lab.source, 'nanoseconds'));
});

it('folders that may not be written: what a later level brings into them comes back, and so do their rights', async () => {
  const folder = join(lab.source, 'folder');
  await chmod(folder, 0o555);
  await backup(0);
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'later'), 'later\n');
  await rm(join(folder, 'inner'));
  await chown(join(folder, 'later'), NOBODY, NOBODY);
  await chmod(folder, 0o555);
  await backup(0);
  expect(await restored()).toEqual(await treeLines(lab.source, 'nanoseconds'));
});

it('a source, a storage, a state folder and a target that this user may not touch: one line each', async () => {
  await backup(0);
  const closed = join(lab.root, 'of-root');
  await mkdir(closed, { mode: 0o700 });
  for (const [action, options] of [
    ['backup', ['-F', closed]],
    ['backup', ['-F', lab.source, '-C', join(closed, 'store')]],
    ['backup', ['-F', lab.source, '--state-dir', join(closed, 'state')]],
    ['restore', ['--restore-abs-path', join(closed, 'target')]],
  ] as const) {
    const ended = await runAgent(lab, action, options, asNobody);
    expect(ended.code).toBe(1);
    expect(expectOneLine(ended)).toMatch(/permission denied/i);
    expect(expectOneLine(ended)).toContain(closed);
  }
  expect(await remainsOf(lab)).toEqual([]);
});

it('a result document that this user may not write is refused before the run, and a list that could not look everywhere ends with 3', async () => {
  const closed = join(lab.root, 'of-root');
  await mkdir(closed, { mode: 0o700 });
  const ended = await runAgent(lab, 'backup', ['-F', lab.source, '--metadata-out', join(closed, 'result')], asNobody);
  expect(ended.code).toBe(2);
  expect(expectOneLine(ended)).toMatch(/--metadata-out: .* may not be written \(EACCES\)/);
  expect(await lab.levels()).toEqual([]);
  await backup(0);
  await chown(join(lab.store, 'metadata'), 0, 0);
  await chmod(join(lab.store, 'metadata'), 0o700);
  expect(await runAgent(lab, 'list', [], asNobody)).toMatchObject({ code: 3, stdout: 'no backups in what could be read\n' });
});

it('what root saved, and this user restores: owners that could not be given are said, exit 3, content and times are right', async () => {
  await chown(join(lab.source, 'closed'), 1234, 1234);
  await lab.tick();
  expect((await runAgent(lab, 'backup', ['-F', lab.source])).code).toBe(0);
  await mustRun('chown', ['-R', `${NOBODY}:${NOBODY}`, lab.store, lab.state, join(lab.root, 'ours.log')]);
  const target = lab.target();
  const ended = await runAgent(lab, 'restore', ['--restore-abs-path', target, '--json'], asNobody);
  expect(ended.code).toBe(3);
  expect(ended.stdout).toMatch(/belong to other users|only root can give/);
  expect(await readFile(join(target, 'closed'), 'utf8')).toBe('closed\n');
});
