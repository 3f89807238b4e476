import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

jest.setTimeout(120_000);

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
  mkdirSync(here.path('source'));
  writeFileSync(here.path('source/file'), 'content');
});
afterEach(() => {
  jest.restoreAllMocks();
  here[Symbol.dispose]();
});

const treeOf = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).toSorted();

test('a container and a state folder below the source are left out, said, and no reason to call the run partial', async () => {
  mkdirSync(here.path('source/backups\nof all '), { recursive: true });
  const places = ['--container', here.path('source/backups\nof all '), '--state-dir', here.path('source/state')];
  for (const level of [0, 1]) {
    const made = await here.run('backup', '-F', here.path('source'), '--nosync', '--incremental', '--suspicious-below', '0', '--json', ...places);
    expect(made).toMatchObject({ code: 0, complaints: '' });
    expect(JSON.parse(made.out)).toMatchObject({
      curr_backup_level: level,
      skipped: [
        { path: 'backups\nof all ', reason: 'own' },
        { path: 'state/work', reason: 'own' },
      ],
    });
    writeFileSync(here.path('source/file2'), 'more');
  }
  expect(await here.run('restore', '--restore-abs-path', here.path('target'), ...places)).toMatchObject({ code: 0 });
  expect(treeOf(here.path('target')).filter((name) => !name.startsWith('state/'))).toEqual(['file', 'file2', 'state']);
  expect(treeOf(here.path('target')).filter((name) => name.startsWith('state/work'))).toEqual([]);
});

test('another container in the source makes a full, because what was left out would come as new or stay as old', async () => {
  const backup = (container: string) =>
    here.run('backup', '-F', here.path('source'), '--nosync', '--incremental', '--suspicious-below', '0', '--json', '--container', here.path(container));
  mkdirSync(here.path('source/one'));
  expect(await backup('source/one')).toMatchObject({ code: 0 });
  const moved = here.path('elsewhere');
  renameSync(here.path('source/one'), moved);
  const made = await backup('elsewhere');
  expect(JSON.parse(made.out)).toMatchObject({ curr_backup_level: 0, result: 'success' });
  expect(here.log()).toContain('where the container and the state folder lie in the source is not what it was for the base');
});

test('without GNU tar they are left out as well', async () => {
  jest.replaceProperty(process, 'env', { ...process.env, PATH: here.path('no programs') });
  mkdirSync(here.path('source/backups'));
  const places = ['--container', here.path('source/backups'), '--state-dir', here.path('source/state')];
  const made = await here.run('backup', '-F', here.path('source'), '--nosync', '--json', ...places);
  expect(here.log()).toContain('GNU tar is not installed');
  expect(JSON.parse(made.out)).toMatchObject({ result: 'success', skipped: [{ path: 'backups' }, { path: 'state/work', reason: 'own' }] });
  expect(await here.run('restore', '--restore-abs-path', here.path('target'), ...places)).toMatchObject({ code: 0 });
  expect(treeOf(here.path('target')).filter((name) => !name.startsWith('state'))).toEqual(['file']);
});

test('the container itself is no source', async () => {
  const ran = await here.run('backup', '-F', here.path('source'), '--nosync', '--container', here.path('source'));
  expect(ran).toMatchObject({ code: 2, complaints: expect.stringContaining('--path-to-backup') });
  expect(treeOf(here.path('source'))).toEqual(['file']);
});
