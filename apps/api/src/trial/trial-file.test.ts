import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { trialToken, writeTrialFile } from './trial-file.ts';
import { isTrialToken } from './trial-guard.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-trial-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const state = (): string => join(folder, 'state');
const path = (): string => join(state(), 'api-trial.json');

test('the token is random, and for its user only', async () => {
  const token = await trialToken(state());
  expect(token).toMatch(/^[\w-]{43}$/);
  expect([statSync(state()).mode & 0o777, statSync(path()).mode & 0o777]).toEqual([0o700, 0o600]);
  rmSync(path());
  expect(await trialToken(state())).not.toBe(token);
});

test('several that start at once agree on one', async () => {
  const tokens = await Promise.all(Array.from({ length: 8 }, () => trialToken(state())));
  expect(new Set(tokens).size).toBe(1);
});

test('it stays over a restart, and stands beside the address', async () => {
  const token = await trialToken(state());
  await writeTrialFile(state(), { url: 'http://127.0.0.1:1', token });
  expect(await trialToken(state())).toBe(token);
  expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual({ url: 'http://127.0.0.1:1', token });
  expect(statSync(path()).mode & 0o777).toBe(0o600);
});

test.each(['', '{', '{"token":"short"}', '[]'])('a file that is damaged, %j, is made anew', async (text) => {
  await trialToken(state());
  writeFileSync(path(), text);
  const token = await trialToken(state());
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await trialToken(state())).toBe(token);
});

test('what cannot be written is named, and leaves nothing behind: on a full disk each start would', async () => {
  mkdirSync(path(), { recursive: true });
  const message = `--state-dir: ${path()} cannot be written (EISDIR)`;
  await expect(writeTrialFile(state(), { url: 'http://127.0.0.1:1', token: 'x' })).rejects.toMatchObject({ code: 'unavailable', message });
  expect(readdirSync(state())).toEqual(['api-trial.json']);
});

test('a token is compared as a whole', () => {
  expect([isTrialToken('abc', 'abc'), isTrialToken('ab', 'abc'), isTrialToken(undefined, 'abc'), isTrialToken('', 'abc')]).toEqual([true, false, false, false]);
});
