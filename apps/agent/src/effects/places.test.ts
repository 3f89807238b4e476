import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RunHere } from '../run-here.fixture.ts';

jest.setTimeout(60_000);

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
  mkdirSync(here.path('source'));
  writeFileSync(here.path('source/file'), 'content '.repeat(100));
});
afterEach(() => here[Symbol.dispose]());

const backup = (...options: readonly string[]) => here.run('backup', '-F', here.path('source'), '--nosync', ...options);
const below = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String);

/** The objects of the only level with this name. */
function object(name: string): Buffer {
  const found = below(here.path('store')).filter((path) => path.endsWith(`/${name}`));
  expect(found).toHaveLength(1);
  return readFileSync(here.path('store', found[0] ?? ''));
}

describe('where a backup goes', () => {
  test('--storage, --container, --hostname and --backup-name lead to its folder, --path-to-backup to what is in it', async () => {
    const argv = ['--storage', 'local', '--container', here.path('elsewhere'), '--hostname', 'other', '--backup-name', 'some/name'];
    const own = ['--path-to-backup', here.path('source'), '--state-dir', here.path('own'), '--log-file', here.path('log'), '--nosync'];
    expect(await here.runLine(['backup', ...argv, ...own])).toMatchObject({ code: 0 });
    expect(existsSync(here.path('elsewhere/metadata/tar/other_some/name'))).toBe(true);
    expect((await here.runLine(['find', 'file', ...argv, '--state-dir', here.path('own')])).out).toContain('file');
    expect(below(here.path('own'))).not.toEqual([]);
  });

  test('--state-dir holds what this host remembers', async () => {
    expect(await backup('--state-dir', here.path('remembered'))).toMatchObject({ code: 0 });
    expect(below(here.path('remembered'))).not.toEqual([]);
    expect(existsSync(here.path('state'))).toBe(false);
  });

  test('--storage-mode gives the rights of what is stored, else they are for the owner alone', async () => {
    const rights = (): string[] =>
      [...new Set(below(here.path('store')).map((path) => (statSync(here.path('store', path)).mode & 0o7777).toString(8)))].toSorted();
    await backup();
    expect(rights()).toEqual(['600', '700']);
    const other = ['--container', here.path('store/shared'), '--storage-mode', '0640'];
    await backup(...other);
    expect(rights()).toEqual(['600', '640', '700', '750']);
  });
});

describe('what is stored', () => {
  test.each([
    ['gzip', '1f8b'],
    ['bzip2', '425a68'],
    ['xz', 'fd377a'],
    ['zstd', '28b52ffd'],
    ['none', Buffer.from('./').toString('hex')],
  ])('--compression %s', async (compression, begin) => {
    expect(await backup('--compression', compression)).toMatchObject({ code: 0 });
    const data = object('data').toString('hex');
    expect(compression === 'none' ? data.includes(Buffer.from('content content').toString('hex')) : data.startsWith(begin)).toBe(true);
  });

  test('--mode and --engine stand in what is stored, and one that is not there is named', async () => {
    const { out } = await backup('--mode', 'fs', '--engine', 'tar', '--json');
    expect(JSON.parse(out)).toMatchObject({ mode: 'fs', engine_name: 'tar' });
    expect(below(here.path('store/data'))).toContain('tar/here_set');
    for (const other of [
      ['--mode', 'mysql'],
      ['--engine', 'rsync'],
    ]) {
      expect(await backup(...other)).toMatchObject({ code: 2, complaints: expect.stringContaining(`'${other[1]}' is not part of this version`) });
    }
  });

  test('--sync has the file systems flushed first, --nosync not', async () => {
    mkdirSync(here.path('bin'));
    writeFileSync(here.path('bin/sync'), `#!/bin/sh\necho flushed >> '${here.path('flushed')}'\n`);
    chmodSync(here.path('bin/sync'), 0o755);
    const before = process.env['PATH'];
    process.env['PATH'] = `${here.path('bin')}:${before}`;
    try {
      await backup();
      expect(existsSync(here.path('flushed'))).toBe(false);
      await backup('--sync');
      expect(readFileSync(here.path('flushed'), 'utf8')).toBe('flushed\n');
    } finally {
      process.env['PATH'] = before;
    }
  });

  test('--suspicious-below says how little is suspicious', async () => {
    await backup();
    writeFileSync(here.path('source/file'), 'x'.repeat(40));
    // 5 % of what it was.
    expect(await backup('--suspicious-below', '4')).toMatchObject({ code: 0 });
    writeFileSync(here.path('source/file'), 'x'.repeat(1000));
    await backup();
    writeFileSync(here.path('source/file'), 'x'.repeat(400));
    expect(await backup('--suspicious-below', '50')).toMatchObject({ code: 3 });
  });
});

describe('where settings come from', () => {
  test('--config is above --config-dir, and that above --config-file', async () => {
    const files = [
      ['job', '[job]\nbackup_name = of the job\n'],
      ['conf.d/a.conf', `[DEFAULT]\nbackup_name = of the folder\ncontainer = ${here.path('folder')}\n`],
      ['host.conf', `[DEFAULT]\nbackup_name = of the host\ncontainer = ${here.path('host')}\nstorage = local\nsync = false\nhostname = here\n`],
    ] as const;
    mkdirSync(here.path('conf.d'));
    for (const [name, text] of files) writeFileSync(here.path(name), text);
    const argv = ['--config', here.path('job'), '--config-dir', here.path('conf.d'), '--config-file', here.path('host.conf')];
    const own = ['-F', here.path('source'), '--state-dir', here.path('state'), '--log-file', here.path('log')];
    expect(await here.runLine(['backup', ...argv, ...own])).toMatchObject({ code: 0, complaints: '' });
    expect(readdirSync(here.path('folder/metadata/tar'))).toEqual(['here_of the job']);
    expect(existsSync(here.path('host'))).toBe(false);
  });
});
