import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { RunHere } from '../run-here.fixture.ts';

jest.setTimeout(60_000);

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
  mkdirSync(here.path('source'));
  writeFileSync(here.path('source/file'), 'content');
});
afterEach(() => here[Symbol.dispose]());

const backup = (...options: readonly string[]) => here.run('backup', '-F', here.path('source'), '--nosync', ...options);

test('--metadata-fd hands the document over by an open descriptor', async () => {
  const descriptor = openSync(here.path('document'), 'w');
  const { code, out } = await backup('--metadata-fd', String(descriptor));
  closeSync(descriptor);
  expect(code).toBe(0);
  expect(JSON.parse(readFileSync(here.path('document'), 'utf8'))).toMatchObject({ action: 'backup', backup_name: 'set' });
  expect(out).toMatch(/^Property/);
});

test('--json and --metadata-out FILE: the document of Freezer', async () => {
  const { out } = await backup('--json', '--metadata-out', here.path('document'));
  expect(JSON.parse(out)).toEqual(JSON.parse(readFileSync(here.path('document'), 'utf8')));
});

test('--debug logs more, --noverbose less, and a --log-file of a --log-dir is there', async () => {
  const sizes: number[] = [];
  for (const flag of ['--debug', '--verbose', '--noverbose']) {
    mkdirSync(here.path(flag));
    await backup(flag, '--log-dir', here.path(flag), '--log-file', 'a.log', '--state-dir', here.path(`state${flag}`), '-C', here.path(`store${flag}`));
    sizes.push(statSync(here.path(flag, 'a.log')).size);
  }
  expect(sizes[0]).toBeGreaterThan(sizes[1] ?? 0);
  expect(sizes[1]).toBeGreaterThan(sizes[2] ?? 0);
});

test('--action says the same as the first word', async () => {
  const place = ['--storage', 'local', '-C', here.path('store'), '-N', 'set', '--state-dir', here.path('state'), '--log-file', here.path('log')];
  expect(await here.runLine(['--action', 'backup', ...place, '-F', here.path('source'), '--nosync'])).toMatchObject({ code: 0 });
  const listed = await here.runLine(['--action', 'list', ...place]);
  expect(listed.out).toContain('set');
  expect(listed).toEqual(await here.runLine(['list', ...place]));
});

test('--restore-from-date chooses the backup, --restore-abs-path the place', async () => {
  for (const day of ['01', '03']) {
    here.now = () => Date.parse(`2026-01-${day}T12:00:00Z`);
    writeFileSync(here.path('source/file'), `of ${day}`);
    expect(await backup()).toMatchObject({ code: 0 });
  }
  for (const [date, content] of [
    ['2026-01-01T12:00:00Z', 'of 01'],
    ['2026-01-03T11:59:59Z', 'of 01'],
    ['2026-01-03T12:00:00Z', 'of 03'],
  ] as const) {
    expect(await here.run('restore', '--restore-abs-path', here.path(date), '--restore-from-date', date)).toMatchObject({ code: 0 });
    expect(readFileSync(here.path(date, 'file'), 'utf8')).toBe(content);
  }
});

test('--path restores a part, as a word behind the action does; with --to-stdout its content is printed', async () => {
  writeFileSync(here.path('source/other'), 'another content');
  await backup();
  for (const [target, ...part] of [
    ['by option', '--path', 'other'],
    ['by word', 'other'],
  ] as const) {
    expect(await here.run('restore', ...part, '--restore-abs-path', here.path(target))).toMatchObject({ code: 0 });
    expect(readdirSync(here.path(target))).toEqual(['other']);
  }
  expect(await here.run('restore', '--path', 'file', '--to-stdout')).toMatchObject({ code: 0, out: 'content' });
});
