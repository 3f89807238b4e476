import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError, type Logger, SILENT } from '@freezer/core';
import { thisOwner } from '@freezer/format';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WorkFolder } from '../work-folder.ts';
import { RollingState } from './rolling-state.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'freezer-rolling-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

interface Begun {
  readonly keys?: readonly string[];
  readonly scope?: readonly string[];
  readonly dryRun?: boolean;
  readonly logger?: Logger;
}

let runs = 0;
async function begin({ keys = ['a', 'b', 'c'], scope = ['x'], dryRun = false, logger = SILENT }: Begun = {}): Promise<RollingState> {
  runs += 1;
  const work = await WorkFolder.open(stateDir, await thisOwner(`run-${runs}`, 1));
  return RollingState.open({ stateDir, work, scope, keys, dryRun, logger });
}

async function fileOf(): Promise<string> {
  const [name = ''] = await readdir(join(stateDir, 'verify'));
  return join(stateDir, 'verify', name);
}

const readOf = ({ records }: RollingState): object => Object.fromEntries([...records].map(([key, { seen, read }]) => [key, [seen, read]]));

test('what was read is remembered from run to run, what is new is met, what is gone is forgotten', async () => {
  const first = await begin();
  expect([first.run, readOf(first)]).toEqual([1, { a: [1, 0], b: [1, 0], c: [1, 0] }]);
  await first.add('b', 100);
  await first.close();
  const second = await begin({ keys: ['b', 'c', 'd'] });
  expect([second.run, readOf(second)]).toEqual([2, { b: [1, 1], c: [1, 0], d: [2, 0] }]);
  await second.add('d', 200);
  await second.close();
  expect(await readFile(await fileOf(), 'utf8')).not.toContain('"a"');
  expect((await stat(await fileOf())).mode & 0o777).toBe(0o600);
  expect((await begin({ keys: ['d'] })).records.get('d')).toEqual({ seen: 2, read: 2, at: 200 });
});

test('a run that is killed loses at most the line that it wrote', async () => {
  const killed = await begin();
  await killed.add('a', 1);
  await appendFile(await fileOf(), '{"key":"b","seen":1,"read":1,"a');
  const next = await begin();
  expect([next.run, readOf(next)]).toEqual([2, { a: [1, 1], b: [1, 0], c: [1, 0] }]);
  await next.add('b', 2);
  expect(readOf(await begin())).toEqual({ a: [1, 1], b: [1, 2], c: [1, 0] });
  expect(await readdir(join(stateDir, 'verify'))).toHaveLength(1);
});

test('another scope takes turns of its own', async () => {
  await (await begin()).add('a', 1);
  expect(readOf(await begin({ scope: ['y'] }))).toEqual({ a: [1, 0], b: [1, 0], c: [1, 0] });
});

test('a dry run writes nothing, and knows what was read', async () => {
  await (await begin()).add('a', 1);
  const before = await readFile(await fileOf(), 'utf8');
  const dry = await begin({ dryRun: true });
  expect([dry.run, readOf(dry)]).toEqual([2, { a: [1, 1], b: [1, 0], c: [1, 0] }]);
  await dry.add('b', 2);
  await dry.close();
  expect(await readFile(await fileOf(), 'utf8')).toBe(before);
});

test.each(['', 'no json\n', '{"format":2,"run":7}\n{"key":"a","seen":1,"read":7,"at":1}\n', '{"format":1,"run":-1}\n', '[]\n'])(
  'a file that is none of ours counts for nothing: %j',
  async (text) => {
    await (await begin()).close();
    await writeFile(await fileOf(), text);
    expect(readOf(await begin())).toEqual({ a: [1, 0], b: [1, 0], c: [1, 0] });
  },
);

test('lines that are none of ours are passed over', async () => {
  await (await begin()).close();
  await appendFile(await fileOf(), '\n7\n{"key":"a","seen":1,"read":"1","at":1}\n{"key":"b","seen":1,"read":1,"at":5}\n');
  expect(readOf(await begin())).toEqual({ a: [1, 0], b: [1, 1], c: [1, 0] });
});

test('a file that cannot be read is said; one that cannot be written ends the run', async () => {
  const warnings: string[] = [];
  await (await begin()).close();
  const file = await fileOf();
  await rm(file);
  await mkdir(join(file, 'x'), { recursive: true });
  await chmod(file, 0o700);
  const failure = await begin({ logger: { ...SILENT, warn: (_, text) => void warnings.push(text) } }).catch((error: unknown) => error);
  expect(warnings).toHaveLength(1);
  expect(FreezerError.is(failure, 'unavailable')).toBe(true);
});
