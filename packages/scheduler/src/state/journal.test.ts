import { type FileHandle, mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Journal } from './journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-journal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const path = (): string => join(folder, 'some.log');

async function reread(): Promise<readonly unknown[]> {
  const { journal, records } = await Journal.open(path());
  await journal.close();
  return records;
}

test('what was added before it was all replaced is gone, what was added after is there, in whatever order they come to the disk', async () => {
  const { journal } = await Journal.open(path());
  await Promise.all([
    journal.append('a'),
    journal.append('b'),
    journal.rewrite(['1']),
    journal.append('c'),
    journal.rewrite(['2', '3']),
    journal.append('d'),
    journal.append('e'),
  ]);
  expect(journal.count).toBe(4);
  await journal.close();
  expect(await reread()).toEqual(['2', '3', 'd', 'e']);
});

test('replacements that come at once follow each other; nothing that is added among them is lost', async () => {
  const { journal } = await Journal.open(path());
  for (let round = 0; round < 30; round += 1) {
    await Promise.all([
      journal.append('old'),
      journal.rewrite([]),
      journal.rewrite([]),
      journal.rewrite([round]),
      journal.append('new'),
      journal.append('newer'),
    ]);
    expect(journal.count).toBe(3);
  }
  await journal.close();
  expect(await reread()).toEqual([29, 'new', 'newer']);
  expect(await readdir(folder)).toEqual(['some.log']);
});

test('a replacement that fails says so and leaves all as it was', async () => {
  const { journal } = await Journal.open(path());
  await journal.append('a');
  await mkdir(`${path()}.new`);
  await expect(journal.rewrite([])).rejects.toMatchObject({ code: 'unavailable' });
  await journal.append('b');
  await journal.close();
  expect(await reread()).toEqual(['a', 'b']);
});

test('what a full disk cut off takes nothing with it that is added when there is room again', async () => {
  const { journal } = await Journal.open(path());
  await journal.append('a');
  const file = await open(path(), 'a');
  await file.close();
  const handles = Object.getPrototypeOf(file) as FileHandle;
  const full = jest.spyOn(handles, 'appendFile').mockImplementationOnce(async function half(this: FileHandle) {
    await this.write('"lo');
    throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  });
  await expect(journal.append('lost')).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('ENOSPC') as unknown });
  full.mockRestore();
  await journal.append('b');
  await journal.append('c');
  await journal.close();
  expect(await reread()).toEqual(['a', 'b', 'c']);
});
