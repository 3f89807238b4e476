import { existsSync } from 'node:fs';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

let here: RunHere;
beforeEach(async () => {
  here = new RunHere();
  for (const [name, bytes] of [
    ['data/tar/here_set/100/0_100/data', 4096],
    ['data/tar/here_set/100/0_100/segments/0000', 1000],
    ['metadata/tar/here_set/100/0_100/metadata', 66],
    ['data/tar/here_set/with/part/100/0_100/data', 10],
    ['strange/object', 1],
    ['.freezer-tmp/run/owner', 5],
  ] as const) {
    const path = here.path('store', name);
    await mkdir(path.slice(0, path.lastIndexOf('/')), { recursive: true });
    await writeFile(path, Buffer.alloc(bytes));
  }
});
afterEach(() => here[Symbol.dispose]());

describe('info', () => {
  test('says how much the container and each set hold', async () => {
    const { code, out } = await here.run('info');
    expect(code).toBe(0);
    expect(out).toBe(
      [
        `Container${' '.repeat(here.path('store').length - 9)}     Size  Object Count`,
        `${here.path('store')}  5.1 KiB             5`,
        `  (no backup)${' '.repeat(here.path('store').length - 13)}      1 B             1`,
        `  tar/here_set${' '.repeat(here.path('store').length - 14)}  5.0 KiB             3`,
        `  tar/here_set/with/part${' '.repeat(here.path('store').length - 24)}     10 B             1`,
        '',
      ].join('\n'),
    );
  });

  test('--list-objects lists the objects, -l too', async () => {
    expect((await here.run('info')).out).not.toContain('0_100/data');
    for (const option of ['--list-objects', '-l']) {
      const { out } = await here.run('info', option);
      expect(out).toMatch(/^ 1000 {2}[-\d]{10} [:\d]{8} {2}data\/tar\/here_set\/100\/0_100\/segments\/0000$/m);
      expect(out).not.toContain('owner');
    }
    const [found] = JSON.parse((await here.run('info', '-l', '--json')).out) as { objects: { key: string; bytes: number }[] }[];
    expect(found?.objects.map(({ key }) => key)).toEqual([
      'data/tar/here_set/100/0_100/data',
      'data/tar/here_set/100/0_100/segments/0000',
      'data/tar/here_set/with/part/100/0_100/data',
      'metadata/tar/here_set/100/0_100/metadata',
      'strange/object',
    ]);
  });

  test('the result document is that of Freezer', async () => {
    const { out } = await here.run('info', '--metadata-out', '-');
    expect(out).toBe(`[["Container", "Size", "Object Count"], [["${here.path('store')}", "${5173 / 1048576} MB", 5]]]`);
    await truncate(here.path('store/data/tar/here_set/100/0_100/data'), 3 * 2 ** 30 - 1077);
    expect((await here.run('info', '--metadata-out', '-')).out).toContain('"3.0 GB", 5');
  });

  test('a container that is not there is not made', async () => {
    expect(await here.run('info', '-C', here.path('absent'))).toMatchObject({ code: 0, out: `nothing is stored at local:${here.path('absent')}\n` });
    expect(existsSync(here.path('absent'))).toBe(false);
  });

  test('every storage of a job file is told', async () => {
    const sections = ['store', 'absent'].map((name) => `[storage:${name}]\nstorage = local\ncontainer = ${here.path(name)}\n`);
    await writeFile(here.path('job'), `[job]\naction = info\n${sections.join('')}`);
    const { code, out } = await here.runLine(['--config', here.path('job'), '--log-file', here.path('log'), '--state-dir', here.path('state'), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { storage: `local:${here.path('store')}`, containers: [{ bytes: 5173, objects: 5 }] },
      { storage: `local:${here.path('absent')}`, containers: [], sets: [] },
    ]);
  });
});
