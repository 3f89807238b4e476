import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, link, mkdir, readFile, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SILENT } from '@freezer/core';
import { joinStages } from '@freezer/subprocess';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PortableBench } from '../../test-support/portable-bench.ts';
import { describeTree, TarBench } from '../../test-support/tar-bench.ts';
import { wholeMicroseconds } from '../../test-support/whole-microseconds.ts';
import { tarSettings } from '../settings.ts';
import { PortableEngine } from './portable-engine.ts';

let bench: TarBench;
let portable: PortableBench;
let source: string;
beforeEach(async () => {
  bench = await TarBench.make();
  portable = new PortableBench(bench);
  source = await bench.folder('source');
});
afterEach(() => bench.remove());

const bytes = (name: string): Buffer => Buffer.concat([Buffer.from(`${source}/`), Buffer.from(name, 'latin1')]);
const NAMES = ['line\nend', 'not utf-8 \xff\xfe', 'x'.repeat(255), '-rf', 'back\\slash', '\x01\x1b[31m', '\xc3\xa9', 'a -> b'];

async function weirdTree(): Promise<void> {
  for (const name of NAMES) await writeFile(bytes(name), Buffer.from(name, 'latin1'));
  for (const name of NAMES) await symlink(Buffer.from(name, 'latin1'), bytes(`l${name}`.slice(0, 255)));
  await mkdir(bytes(`${'deep'.repeat(60)}/${'er'.repeat(120)}/${'est'.repeat(80)}`), { recursive: true });
  await mkdir(join(source, 'a/b'), { recursive: true });
  await writeFile(join(source, 'a/first'), 'shared');
  await link(join(source, 'a/first'), join(source, 'a/b/second'));
  await writeFile(join(source, 'big'), Buffer.alloc(700_001, 7));
  await chmod(join(source, 'a'), 0o2750);
  await utimes(join(source, 'a/first'), '-315521754.8765', '-315521754.8765');
  expect(spawnSync('mkfifo', [join(source, 'pipe')]).status).toBe(0);
}

describe('a full backup without GNU tar', () => {
  it('is restored by GNU tar as it was, and by ours', async () => {
    await weirdTree();
    const { archive, outcome, entries } = await portable.backup(source);
    expect(entries.filter(({ kind }) => kind === 'skipped')).toEqual([]);
    const [byTar, byOurs] = [await bench.folder('by-tar'), await bench.folder('by-ours')];
    expect(await bench.restore([archive], byTar)).toEqual([]);
    expect(await describeTree(byTar)).toEqual(await describeTree(source));
    expect(await portable.restore([archive], byOurs)).toEqual([]);
    expect(wholeMicroseconds(await describeTree(byOurs))).toEqual(wholeMicroseconds(await describeTree(source)));
    expect(outcome).toMatchObject({ replacesAll: true, archiveBytes: (await readFile(archive)).length });
    expect(await readFile(outcome.statePath)).toHaveLength(0);
  });

  it('has the index that GNU tar would give it', async () => {
    await weirdTree();
    const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
    const { archive, entries } = await portable.backup(source);
    const listed = (await bench.read(archive)).filter((entry) => entry.kind === 'held');
    expect(entries.toSorted(byPath)).toEqual(listed.toSorted(byPath));
  });

  it('has no levels above it: the next one by GNU tar saves everything again', async () => {
    await writeFile(join(source, 'f'), 'x');
    const { outcome } = await portable.backup(source);
    const next = await bench.backup(source, outcome.statePath);
    expect(next.held).toEqual(['.', 'f']);
    expect(next.outcome.replacesAll).toBe(true);
    expect(portable.engine().capabilities).toEqual({ incremental: false, readable: true, selective: true });
  });

  it('leaves out what GNU tar would leave out', async () => {
    await mkdir(join(source, 'sub/deep'), { recursive: true });
    for (const name of ['a.log', 'b', 'sub/c.log', 'sub/deep/d', 'a,b', 'x[1]', 'x1', 'back\\slash']) await writeFile(join(source, name), name);
    const patterns = [
      '*.log',
      'sub/*',
      './sub',
      'a,b',
      'x[0-9]',
      'x\\[1]',
      'x[!0-9]*',
      '[[:alpha:]]',
      'back\\\\slash',
      'deep/',
      'su?',
      'x[1',
      '*',
      's*d',
      'eep',
    ];
    for (const exclude of patterns) {
      const ours = (await portable.backup(source, { exclude })).entries.map(({ path }) => path).toSorted();
      expect({ exclude, held: ours }).toEqual({ exclude, held: (await bench.backup(source, undefined, { exclude })).held });
    }
  }, 30_000);

  it('follows what dereference_symlink says', async () => {
    await writeFile(join(source, 'file'), 'content');
    await symlink('file', join(source, 'soft'));
    await symlink('.', join(source, 'loop'));
    await link(join(source, 'file'), join(source, 'hard'));
    const types = async (dereference: string): Promise<unknown> =>
      (await portable.backup(source, { dereference_symlink: dereference })).entries.flatMap((entry) =>
        entry.kind === 'held' && ['file', 'soft', 'hard'].includes(entry.path) ? [entry.type] : [],
      );
    expect(((await types('none')) as string[]).toSorted()).toEqual(['file', 'link', 'symlink']);
    expect(((await types('hard')) as string[]).toSorted()).toEqual(['file', 'file', 'symlink']);
    expect(await types('all')).toEqual(['file', 'file', 'file']);
    const { entries } = await portable.backup(source, { dereference_symlink: 'all' });
    expect(entries.filter(({ kind }) => kind === 'skipped')).toMatchObject([{ path: 'loop', reason: 'failed' }]);
    await symlink('nowhere', join(source, 'broken'));
    const broken = (await portable.backup(source, { dereference_symlink: 'soft' })).entries.filter(({ path }) => path === 'broken');
    expect(broken).toMatchObject([{ kind: 'skipped', reason: 'vanished' }]);
  });

  it('of a single file comes back', async () => {
    await writeFile(join(source, 'with blanks.txt'), 'content');
    await writeFile(join(source, 'other'), 'other');
    const { archive, entries } = await portable.backup(join(source, 'with blanks.txt'));
    expect(entries).toMatchObject([{ kind: 'held', path: 'with blanks.txt', size: 7 }]);
    const target = await bench.folder('target');
    expect(await bench.restore([archive], target)).toEqual([]);
    expect(await readFile(join(target, 'with blanks.txt'), 'utf8')).toBe('content');
  });

  it('names sockets', async () => {
    const server = createServer().listen(join(source, 'sock'));
    await once(server, 'listening');
    const { entries } = await portable.backup(source);
    server.close();
    await once(server, 'close');
    expect(entries).toMatchObject([{ path: '.' }, { kind: 'skipped', path: 'sock', reason: 'socket' }]);
  });

  it.each([
    ['grows', (file: string) => appendFile(file, 'more')],
    ['shrinks', (file: string) => truncate(file, 5_000)],
  ])('names a file that %s while it is read, and stays a sound archive', async (_how, change) => {
    await writeFile(join(source, 'big'), Buffer.alloc(8_000_000, 1));
    const lease = { kind: 'path', resource: source, description: source, release: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
    const backup = await new PortableEngine(tarSettings.parse({}), SILENT).backup({ source: lease, workDir: await bench.workDir() });
    const joined = joinStages(backup.stages, { storageAt: 'end' });
    const parts: Uint8Array[] = [];
    for await (const part of joined.output) {
      if (parts.length === 0) await change(join(source, 'big'));
      parts.push(part);
    }
    const outcome = await backup.finish(await joined.exits);
    const entries = [];
    for await (const batch of outcome.entryBatches()) entries.push(...batch);
    expect(entries).toMatchObject([{ path: '.' }, { kind: 'held', path: 'big', size: 8_000_000 }, { kind: 'skipped', path: 'big', reason: 'changed' }]);
    const target = await bench.folder('target');
    const archive = join(bench.root, 'changed.tar');
    await writeFile(archive, Buffer.concat(parts));
    expect(await bench.restore([archive], target)).toEqual([]);
  });

  it('that was not read to its end is none', async () => {
    await expect((await portableBackup()).finish([])).rejects.toMatchObject({ code: 'unexpected' });
  });
});

async function portableBackup() {
  const lease = { kind: 'path', resource: source, description: source, release: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
  return new PortableEngine(tarSettings.parse({}), SILENT).backup({ source: lease, workDir: await bench.workDir() });
}

it('what it cannot leave out is refused', async () => {
  const lease = { kind: 'path', resource: source, description: source, release: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
  const request = { source: lease, workDir: await bench.workDir() };
  for (const settings of [{ exclude_caches: true }, { exclude_if_present: '.nobackup' }, { only_paths: ['a'] }]) {
    await expect(new PortableEngine(tarSettings.parse(settings), SILENT).backup(request)).rejects.toThrow('need GNU tar');
  }
});
