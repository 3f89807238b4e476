import { execFileSync } from 'node:child_process';
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SILENT } from '@freezer/core';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { FileSource } from './file-source.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobs-'));
});

afterEach(() => {
  jest.restoreAllMocks();
  return rm(folder, { recursive: true, force: true });
});

/** A second later than the file was last held for one that is being saved. */
function aSecondLater(): void {
  const then = performance.now() + 1000;
  jest.spyOn(performance, 'now').mockReturnValue(then);
}

test('a pipe or a device with the name of a job keeps no other job waiting', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe.conf')]);
  await symlink('/dev/zero', join(folder, 'zeros.conf'));
  await writeFile(join(folder, 'good.conf'), '{"job_id": "good"}');
  const answer = await new FileSource(folder, SILENT).ask();
  const told = answer.kind === 'jobs' ? answer.jobs.map((job) => job.problem ?? job.name) : [];
  expect(told).toEqual(['good.conf', 'pipe.conf: is no file', 'zeros.conf: is no file']);
});

const write = (name: string, text: string) => writeFile(join(folder, name), text);

async function idsOf(source: FileSource): Promise<readonly unknown[]> {
  const answer = await source.ask();
  return answer.kind === 'jobs' ? answer.jobs.map((job) => (job.problem === undefined ? job.document['job_id'] : [job.jobId, job.problem])) : [answer.kind];
}

test('a file in the middle of a save is still the job that it was, and is wrong when it stays so', async () => {
  const source = new FileSource(folder, SILENT);
  await write('a.conf', '{"job_id": "nightly"}');
  expect(await idsOf(source)).toEqual(['nightly']);
  await write('a.conf', '{"job_id": "nig');
  expect(await idsOf(source)).toEqual(['unchanged']);
  await write('a.conf', '{"job_id": "nightly"');
  // Looks may follow each other at once.
  for (let look = 0; look < 3; look += 1) expect(await idsOf(source)).toEqual(['unchanged']);
  aSecondLater();
  expect(await idsOf(source)).toEqual([['nightly', expect.stringMatching(/^a\.conf: is no JSON/)]]);
  await write('a.conf', '[1]');
  expect(await idsOf(source)).toEqual([['nightly', 'a.conf: holds no JSON object']]);
  await write('a.conf', '{"job_id": "nightly", "description": "more"}');
  expect(await idsOf(source)).toEqual(['nightly']);
});

test('a file that is away for a moment, as while an editor saves, takes no job with it; one that stays away does', async () => {
  const source = new FileSource(folder, SILENT);
  const [path, away] = [join(folder, 'a.conf'), join(folder, 'a.conf~')];
  await write('a.conf', '{"job_id": "nightly"}');
  await write('b.conf', '{"job_id": "other"}');
  expect(await idsOf(source)).toEqual(['nightly', 'other']);
  await rename(path, away);
  for (let look = 0; look < 3; look += 1) expect(await idsOf(source)).toEqual(['unchanged']);
  await write('a.conf', '');
  expect(await idsOf(source)).toEqual(['unchanged']);
  await write('a.conf', '{"job_id": "nightly", "description": "edited"}');
  expect(await idsOf(source)).toEqual(['nightly', 'other']);
  await rm(path);
  expect(await idsOf(source)).toEqual(['unchanged']);
  aSecondLater();
  expect(await idsOf(source)).toEqual(['other']);
});

test('a file that got another name is one job, at once', async () => {
  const source = new FileSource(folder, SILENT);
  await write('a.conf', '{"job_id": "nightly"}');
  await idsOf(source);
  await rename(join(folder, 'a.conf'), join(folder, 'b.conf'));
  expect(await idsOf(source)).toEqual(['nightly']);
});

test('a file that got the name of another is one job, at once; that of the other is gone', async () => {
  const source = new FileSource(folder, SILENT);
  await write('a.conf', '{"job_id": "nightly"}');
  await write('b.conf', '{"job_id": "other"}');
  await write('c.conf', '{"job_id": "third"}');
  await idsOf(source);
  await rename(join(folder, 'a.conf'), join(folder, 'b.conf'));
  await rm(join(folder, 'c.conf'));
  expect(await idsOf(source)).toEqual(['nightly', 'third']);
  aSecondLater();
  expect(await idsOf(source)).toEqual(['nightly']);
});

test('a save is looked at again when it is over, also where the directory cannot be watched', async () => {
  const missing = join(folder, 'jobs');
  const source = new FileSource(missing, SILENT);
  const looked = new Promise<void>((resolve) => source.watch(resolve));
  // It is made by the first look, too late for the watcher.
  await source.ask();
  await write('jobs/a.conf', '{"job_id": "nightly"}');
  expect(await idsOf(source)).toEqual(['nightly']);
  await write('jobs/a.conf', '{');
  expect(await idsOf(source)).toEqual(['unchanged']);
  await looked;
  expect(await idsOf(source)).toEqual([['nightly', expect.stringMatching(/^a\.conf: is no JSON/)]]);
  source.close();
});

test('whoever watches is told of a file that was removed as soon as that is sure', async () => {
  const source = new FileSource(folder, SILENT);
  await write('a.conf', '{"job_id": "nightly"}');
  await idsOf(source);
  const looks: (readonly unknown[])[] = [];
  const gone = new Promise<void>((resolve) => {
    source.watch(() => {
      void idsOf(source).then((ids) => {
        looks.push(ids);
        if (ids.length === 0) resolve();
      });
    });
  });
  await rm(join(folder, 'a.conf'));
  await gone;
  expect(looks).toEqual([['unchanged'], []]);
  source.close();
});

test('an id that is none is not kept', async () => {
  const source = new FileSource(folder, SILENT);
  await write('a.conf', '{"job_id": "a b"}');
  await idsOf(source);
  await write('a.conf', '{');
  await source.ask();
  aSecondLater();
  expect(await idsOf(source)).toEqual([[expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^a\.conf: is no JSON/)]]);
});

test('a job that goes on in another file is not hidden by what is left of the first', async () => {
  const source = new FileSource(folder, SILENT);
  await write('a.conf', '{"job_id": "nightly"}');
  await idsOf(source);
  await write('a.conf', '');
  await write('b.conf', '{"job_id": "nightly"}');
  await source.ask();
  aSecondLater();
  expect(await idsOf(source)).toEqual([[expect.stringMatching(/^[0-9a-f]{32}$/), 'a.conf: is no JSON (it is empty)'], 'nightly']);
});

test('a directory that goes away takes no job with it', async () => {
  const [jobs, away] = [join(folder, 'jobs'), join(folder, 'away')];
  const source = new FileSource(jobs, SILENT);
  expect(await idsOf(source)).toEqual([]);
  await writeFile(join(jobs, 'a.conf'), '{"job_id": "a"}');
  expect(await idsOf(source)).toEqual(['a']);
  await rename(jobs, away);
  await expect(source.ask()).rejects.toThrow(/cannot be read \(ENOENT\)/);
  await rename(away, jobs);
  expect(await idsOf(source)).toEqual(['unchanged']);
});
