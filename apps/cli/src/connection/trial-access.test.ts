import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readTrialAccess, stateFolder } from './trial-access.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-trial-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (text: string, mode = 0o600) => writeFile(join(folder, 'api-trial.json'), text, { mode });

test('the state folder is that of all commands', () => {
  expect(stateFolder({ XDG_STATE_HOME: '/x' }, true)).toBe('/var/lib/freezer');
  expect(stateFolder({ XDG_STATE_HOME: '/x' }, false)).toBe('/x/freezer');
  expect(stateFolder({}, false)).toMatch(/\/\.local\/state\/freezer$/);
});

test('a trial is where its file says, in the project of that custom', async () => {
  await write('{"url": "http://127.0.0.1:9090", "token": "t"}');
  expect(await readTrialAccess(folder)).toEqual({ url: 'http://127.0.0.1:9090', token: 't', project: 'trial' });
  expect(await readTrialAccess(join(folder, 'nothing'))).toBeUndefined();
});

test.each(['', '{', '[]', '{"url": 1, "token": "s3cret"}', '{"token": "s3cret"}'])('%j is no trial, and nothing of it is said', async (text) => {
  await write(text);
  const failure = readTrialAccess(folder);
  await expect(failure).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('holds no url and token') });
  await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('s3cret') });
});

test('a file that others may change is not believed', async () => {
  await write('{"url": "http://127.0.0.1:9090", "token": "t"}');
  await chmod(join(folder, 'api-trial.json'), 0o666);
  await expect(readTrialAccess(folder)).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('others may write it') });
});
