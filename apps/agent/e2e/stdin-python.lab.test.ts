import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourBackup, ourRestore, oursEnds } from './harness/our-agent.ts';
import { pythonBackup, pythonRestore, pythonSucceeds } from './harness/python-agent.ts';

jest.setTimeout(120_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

it('a stream of the same host and name beside them does not touch the levels that the agent of Python makes, restores and removes', async () => {
  const stream = (text: string) => oursEnds(lab, 0, 'backup', ['--stdin-command', `echo ${text}`, '--stdin', 'dump']);
  await stream('first');
  await writeFile(join(lab.source, 'file'), 'one');
  await pythonBackup(lab, ['--max-level', '3']);
  await stream('second');
  await writeFile(join(lab.source, 'file'), 'changed');
  await ourBackup(lab, ['--max-level', '3']);
  await writeFile(join(lab.source, 'file'), 'changed again');
  await pythonBackup(lab, ['--max-level', '3']);
  expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1, 2]);
  for (const target of [await pythonRestore(lab), await ourRestore(lab)]) {
    expect(await readdir(target)).toEqual(['file']);
    expect(await readFile(join(target, 'file'), 'utf8')).toBe('changed again');
  }
  await pythonSucceeds(lab, 'admin', ['--remove-from-date', '2100-01-01T00:00:00']);
  expect(await lab.levels()).toEqual([]);
  const dump = lab.target();
  await oursEnds(lab, 0, 'restore', ['--engine', 'stream', '--restore-abs-path', dump]);
  expect(await readFile(join(dump, 'dump'), 'utf8')).toBe('second\n');
});
