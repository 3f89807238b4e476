import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RunHere } from '../run-here.fixture.ts';

jest.setTimeout(60_000);

let here: RunHere;
let pass: readonly string[] = [];
beforeEach(() => {
  here = new RunHere();
  mkdirSync(here.path('source'));
  writeFileSync(here.path('source/a name'), 'content');
  writeFileSync(here.path('pass'), 'a long passphrase for a test\n');
  pass = ['--encrypt-pass-file', here.path('pass')];
});
afterEach(() => here[Symbol.dispose]());

async function backup(...options: readonly string[]): Promise<void> {
  expect(await here.run('backup', '-F', here.path('source'), '--nosync', ...options)).toMatchObject({ code: 0, complaints: '' });
}

const objects = (name: string): string[] =>
  readdirSync(here.path('store'), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith(`/${name}`));
const stored = (name: string): string => readFileSync(here.path('store', objects(name)[0] ?? ''), 'latin1');

let restores = 0;
async function restore(...options: readonly string[]): Promise<number> {
  restores += 1;
  return (await here.run('restore', '--restore-abs-path', here.path(`target-${restores}`), ...options)).code;
}

describe('what is stored', () => {
  test('--encrypt-pass-file: data in the form of OpenSSL, which nobody restores without it', async () => {
    await backup(...pass);
    expect(stored('data').startsWith('Salted__')).toBe(true);
    expect(stored('engine_metadata')).toContain('a name');
    expect([await restore(), await restore(...pass)]).toEqual([1, 0]);
  });

  test('--encryption aes-256-gcm: another form, and no name can be read', async () => {
    await backup(...pass, '--encryption', 'aes-256-gcm');
    expect(stored('data').startsWith('Salted__')).toBe(false);
    expect(stored('engine_metadata')).not.toContain('a name');
    expect(await restore(...pass)).toBe(0);
  });

  test('--hide-names: no name can be read, in the form of OpenSSL', async () => {
    await backup(...pass, '--hide-names');
    expect(stored('data').startsWith('Salted__')).toBe(true);
    expect(stored('engine_metadata')).toBe('');
    expect(await restore(...pass)).toBe(0);
  });
});

describe('a level whose manifest is gone', () => {
  /** Of the newest level. */
  const removeManifest = (): void => rmSync(here.path('store', objects('manifest').toSorted().at(-1) ?? ''));

  test('--require-authenticated refuses what is not proved', async () => {
    await backup();
    expect([await restore(...pass), await restore(...pass, '--require-authenticated')]).toEqual([0, 1]);
    rmSync(here.path('store'), { recursive: true });
    rmSync(here.path('state'), { recursive: true });
    await backup(...pass);
    expect(await restore(...pass, '--require-authenticated')).toBe(0);
  });

  test('--allow-unauthenticated takes it in a chain that has others', async () => {
    await backup(...pass, '--incremental');
    writeFileSync(here.path('source/later'), 'later');
    await backup(...pass, '--incremental');
    removeManifest();
    expect([await restore(...pass), await restore(...pass, '--allow-unauthenticated')]).toEqual([1, 0]);
    expect(readdirSync(here.path(`target-${restores}`)).toSorted()).toEqual(['a name', 'later']);
  });
});
