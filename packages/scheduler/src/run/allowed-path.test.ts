import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isBelow } from './allowed-path.ts';

let folder: string;
const at = (...names: readonly string[]): string => join(folder, ...names);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-allowed-'));
  for (const path of ['allowed/inside', 'secret/deep']) await mkdir(at(path), { recursive: true });
  await symlink(at('allowed'), at('alias'));
  await symlink('inside', at('allowed/near'));
  await symlink(at('secret'), at('allowed/out'));
  await symlink(at('secret/later'), at('allowed/soon'));
  await symlink('loop', at('allowed/loop'));
});
afterEach(() => rm(folder, { recursive: true }));

test.each(['allowed', 'allowed/inside', 'allowed/near', 'allowed/not-yet/there', 'alias/inside', 'allowed/inside/../near', 'allowed/loop'])(
  '%s is allowed',
  (path) => {
    expect(isBelow(`${folder}/${path}`, at('allowed'))).toBe(true);
    expect(isBelow(`${folder}/${path}`, at('alias'))).toBe(true);
  },
);

test.each([
  'secret',
  'allowed/out',
  'allowed/out/deep',
  'allowed/out/not-yet',
  'allowed/soon',
  'allowed/soon/x',
  'allowed/../secret',
  'alias/out',
  'allowedx',
  'allowed/out/../secret/deep',
])('%s leads out', (path) => {
  expect(isBelow(`${folder}/${path}`, at('allowed'))).toBe(false);
});

test('relative paths are never allowed, and below / are all others', () => {
  expect(isBelow('allowed', '/')).toBe(false);
  expect(isBelow(at('secret'), '/')).toBe(true);
});
