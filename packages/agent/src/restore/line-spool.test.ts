import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { LineSpool, readSpool } from './line-spool.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-spool-'));
  path = join(folder, 'lines');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function linesOf(signal?: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readSpool(path, { signal })) lines.push(line);
  return lines;
}

const write = (lines: readonly string[]): Promise<string> =>
  LineSpool.write(path, async (spool) => {
    for (const line of lines) await spool.add(line);
  });

it('gives back the lines, byte by byte, as often as wanted', async () => {
  const lines = ['one', '', ' two ', '\xff\x80\0', ...Array.from({ length: 50_000 }, (_, index) => `line ${index}`)];
  expect(await write(lines)).toBe(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await linesOf()).toEqual(lines);
  expect(await Promise.all([linesOf(), linesOf()])).toEqual([lines, lines]);
});

it('of nothing is empty, and is made anew', async () => {
  await write(['old']);
  await write([]);
  expect(await linesOf()).toEqual([]);
});

it('that is cut off is corrupt', async () => {
  await write(['one', 'two']);
  await writeFile(path, (await readFile(path)).subarray(0, -3));
  const failed = await linesOf().catch((error: unknown) => error);
  expect(FreezerError.is(failed, 'corrupt')).toBe(true);
});

it('stops with the signal, and with what fills it', async () => {
  await write(['one']);
  await expect(linesOf(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  const failing = LineSpool.write(path, () => Promise.reject(new Error('no more')));
  await expect(failing).rejects.toThrow('no more');
});
