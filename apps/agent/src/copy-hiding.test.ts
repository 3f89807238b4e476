import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { CopyBench } from '../test-support/copy-bench.ts';

jest.setTimeout(60_000);

let bench: CopyBench;
let round = 0;
beforeEach(() => {
  bench = new CopyBench();
  mkdirSync(join(bench.source, 'folder'), { recursive: true });
});
afterEach(() => bench[Symbol.dispose]());

/** A backup at one end, a second after the last. Returns its `<level>_<T>`. */
async function backup(end: 'near' | 'far', ...options: readonly string[]): Promise<string> {
  round += 1;
  const now = bench.here.now() + 1000;
  bench.here.now = () => now;
  writeFileSync(join(bench.source, 'folder', `file ${round}`), `of round ${round}`);
  const before = bench.visibleAt(end);
  await bench.at(end, 'backup', '-F', bench.source, '--nosync', '--compression', 'none', '--suspicious-below', '0', ...options);
  return bench.visibleAt(end).find((level) => !before.includes(level)) ?? '';
}

/** Without its manifest a level is one of Python's. */
function makePython(level: string): void {
  for (const end of ['near', 'far'] as const) {
    const objects = bench.objectsAt(end);
    for (const key of [...objects.keys()]) if (/\/(manifest|pieces|state|index)$/.test(key) && key.includes(`/${level}/`)) objects.delete(key);
  }
}

/** Changes the objects of a level at the target. */
function damage(level: string, name: string, change: (bytes: Buffer) => Buffer | undefined): void {
  const objects = bench.objectsAt('far');
  const [key, object] = [...objects].find(([own]) => own.includes(`/${level}/`) && own.endsWith(`/${name}`)) ?? [];
  if (key === undefined || object === undefined) throw new Error(`${level} has no ${name}`);
  const bytes = change(object.bytes);
  if (bytes === undefined) objects.delete(key);
  else objects.set(key, { ...object, bytes });
}

const ALWAYS = ['--always-level', '1'];

/** Both have a full and a first level; the source a newer one in its place, and a second chain. */
async function behind(): Promise<{ full: string; old: string; newer: string; second: string }> {
  const full = await backup('near', ...ALWAYS);
  const old = await backup('near', ...ALWAYS);
  await bench.copy();
  const newer = await backup('near', ...ALWAYS);
  return { full, old, newer, second: await backup('near', '--no-incremental') };
}

test.each([
  [
    'cannot be read',
    { operation: 'get', key: /\/1_\d+\/metadata$/, kind: 'before', error: new FreezerError('unavailable', 'far: unreadable') },
    'far: unreadable',
  ],
  ['is cut off', { operation: 'get', key: /\/1_\d+\/metadata$/, kind: 'truncate' }, 'gave 0 of'],
  ['has no space beside it', { operation: 'put', key: /superseded$/, kind: 'before', error: new FreezerError('no_space', 'far: full') }, 'far: full'],
] as const)('an older level whose metadata %s is named, and newer chains are copied', async (_name, fault, reason) => {
  const { full, old, newer, second } = await behind();
  const { code, out, complaints } = await bench.copy({ far: [fault] });
  expect(code).toBe(1);
  expect(complaints).toContain(`/${old}: Python Freezer still sees it beside ${newer}: `);
  expect(complaints).toContain(reason);
  expect(out).toContain('copied 2 levels');
  expect(bench.visibleAt('far')).toEqual([full, second, old, newer].toSorted());
  expect(await bench.copy()).toMatchObject({ code: 0, complaints: '' });
  expect(bench.visibleAt('far')).toEqual([full, second, newer].toSorted());
});

test('a good older level stays visible while the newer one is damaged at the target', async () => {
  const { full, old, newer } = await behind();
  await bench.copy({ far: [{ operation: 'put', key: /superseded$/, kind: 'before', error: new FreezerError('unavailable', 'far: away') }] });
  damage(newer, 'data', () => undefined);
  expect(await bench.copy()).toMatchObject({ code: 1, complaints: expect.stringContaining("the target's is damaged") });
  expect(bench.visibleAt('far')).toEqual(expect.arrayContaining([full, old]));
});

test('chains that have gone apart are named, and Python is not shown a mixture of both', async () => {
  await backup('near', '--incremental');
  await bench.copy();
  const first = await backup('near', '--incremental');
  const second = await backup('near', '--incremental');
  const other = await backup('far', '--incremental');
  expect(other).toMatch(/^1_/);
  const before = bench.visibleAt('far');
  for (const options of [['--dry-run'], []]) {
    const { code, complaints, out } = await bench.copy({}, options);
    expect(code).toBe(1);
    expect(complaints).toContain(`/${first}: the chains have gone apart: the target has ${other}, which the source has not`);
    expect(out).toContain(`/${second}: its base ${first} is not at the target`);
    expect(bench.visibleAt('far')).toEqual(before);
  }
  const full = await backup('near', '--no-incremental');
  expect((await bench.copy()).code).toBe(1);
  expect(bench.visibleAt('far')).toEqual([...before, full].toSorted());
});

test('a level on which a visible one stands is not hidden, and named', async () => {
  await backup('near', '--incremental');
  const first = await backup('near', '--incremental');
  await bench.copy();
  const second = await backup('far', '--incremental');
  expect(second).toMatch(/^2_/);
  const newer = await backup('near', ...ALWAYS);
  const before = bench.visibleAt('far');
  expect(before).toContain(first);
  expect(await bench.copy()).toMatchObject({ code: 1, complaints: expect.stringContaining(`the target has ${second}, which the source has not`) });
  expect(bench.visibleAt('far')).toEqual(before);
  // As an earlier version copied it.
  for (const [key, object] of bench.objectsAt('near')) if (key.includes(`/${newer}/`)) bench.objectsAt('far').set(key, object);
  const complaints = expect.stringContaining(`/${first}: Python Freezer still sees it beside ${newer}: a level that it sees stands on it`);
  expect(await bench.copy()).toMatchObject({ code: 1, complaints });
  expect(bench.visibleAt('far')).toEqual([...before, newer].toSorted());
});

test('what only the target has left of the top level is hidden by a newer one', async () => {
  const { full, newer } = await behind();
  await bench.at('near', 'admin', '--keep-last', '2');
  expect(await bench.copy()).toMatchObject({ code: 0, complaints: '' });
  expect(bench.visibleAt('far')).toEqual(expect.arrayContaining([full, newer]));
  expect(bench.visibleAt('far')).toHaveLength(3);
});

test("beside Python's newer level nothing is hidden, and nothing is copied that stands on either", async () => {
  await backup('near', '--incremental');
  await bench.copy();
  const first = await backup('near', '--incremental');
  const other = await backup('far', '--incremental');
  const newer = await backup('near', ...ALWAYS);
  makePython(newer);
  makePython(other);
  expect(newer > other && other > first).toBe(true);
  expect(await bench.copy()).toMatchObject({ code: 0, complaints: '' });
  expect(bench.visibleAt('far')).toEqual(expect.arrayContaining([other, newer]));
  await backup('near', '--incremental');
  expect(await bench.copy()).toMatchObject({ code: 1, complaints: expect.stringContaining(`the target has ${other}, which the source has not`) });
});

test.each([
  ['data', (bytes: Buffer) => bytes.subarray(1), 'data has'],
  ['engine_metadata', () => undefined, 'engine_metadata is missing there'],
  ['metadata', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from(' ')]), 'metadata has'],
] as const)("of Python's level a target with another %s is not called there", async (name, change, problem) => {
  const level = await backup('near', '--incremental');
  makePython(level);
  expect(await bench.copy()).toMatchObject({ code: 0 });
  expect(await bench.copy()).toMatchObject({ code: 0, out: expect.stringContaining('1 were there') });
  damage(level, name, change);
  expect(await bench.copy()).toMatchObject({ code: 1, complaints: expect.stringContaining(`the target holds another level of this name: ${problem}`) });
});
