import { stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { RestoreLab } from './restore-lab.fixture.ts';
import { inspectTarget, makeTarget } from './target.ts';

let lab: RestoreLab;
beforeEach(async () => {
  lab = await RestoreLab.make();
});
afterEach(() => lab.remove());

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (FreezerError.is(error) ? error.code : 'foreign'),
  );

it('a folder that is missing or empty is empty', async () => {
  expect(await inspectTarget(join(lab.root, 'new/er'), false)).toBe('empty');
  expect(await inspectTarget(lab.source, false)).toBe('empty');
  expect(await inspectTarget(lab.source, true)).toBe('empty');
});

it('a folder that holds something is taken only when that was asked for', async () => {
  await writeFile(join(lab.source, '.hidden'), '');
  expect(await inspectTarget(lab.source, true)).toBe('overlay');
  expect(await codeOf(inspectTarget(lab.source, false))).toBe('already_exists');
});

it('a file, and a path through one, are refused', async () => {
  const file = join(lab.source, 'file');
  await writeFile(file, '');
  expect(await codeOf(inspectTarget(file, true))).toBe('already_exists');
  expect(await codeOf(inspectTarget(join(file, 'below'), true))).toBe('already_exists');
});

it('a link to a folder is that folder', async () => {
  await symlink(lab.source, join(lab.root, 'link'));
  expect(await inspectTarget(join(lab.root, 'link'), false)).toBe('empty');
});

it('a folder is made with those above it', async () => {
  const target = join(lab.root, 'a/b');
  await makeTarget(target);
  await makeTarget(target);
  expect((await stat(target)).isDirectory()).toBe(true);
  await writeFile(join(target, 'file'), '');
  expect(await codeOf(makeTarget(join(target, 'file/below')))).not.toBe('none');
});
