import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { messageOf, SILENT, type Storage } from '@freezer/core';
import { fingerprint, readAll, sampleBytes, textBody } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { localStorage } from './local-plugin.ts';

let base: string;
let mounts: string[] = [];

const mount = (...options: string[]): void => {
  const target = options.at(-1) ?? '';
  execFileSync('mount', options);
  mounts.unshift(target);
};
const open = async (container: string, id = 'run'): Promise<Storage> => {
  const storage = await localStorage.open(localStorage.settings.parse({ container }), { logger: SILENT, run: { id, owner: Buffer.from('me') } });
  await storage.prepare();
  return storage;
};
const errorOf = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
};

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'freezer-local-lab-'));
  mounts = [];
});
afterEach(async () => {
  for (const each of mounts) execFileSync('umount', [each]);
  await rm(base, { recursive: true, force: true });
});

describe('a full disk', () => {
  it('is no_space with the words "no space left", nothing stays, and what was there is whole', async () => {
    await mkdir(`${base}/small`);
    mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', `${base}/small`);
    const storage = await open(`${base}/small/c`);
    await storage.put('data/old', sampleBytes(1_000_000));
    for (const key of ['data/old', 'data/new/k']) {
      const error = await errorOf(async () => await storage.put(key, sampleBytes(5_000_000)));
      expect(error).toMatchObject({ code: 'no_space', retryable: false });
      expect(messageOf(error)).toMatch(/^local storage: put of '.*' failed: no space left \(/);
    }
    expect(await fingerprint(storage.get('data/old'))).toBe(await fingerprint(sampleBytes(1_000_000)));
    expect(await readdir(`${base}/small/c/.freezer-tmp/run`)).toEqual(['owner']);
    expect(await readdir(`${base}/small/c/data`)).toEqual(['old']);
    await storage.put('data/fits', sampleBytes(500_000));
    await storage.close();
  });
});

describe('a full disk on which folders need room', () => {
  // Ext4: from a block for the temporary folder alone to all that a put needs.
  it.each([0, 1, 2, 3, 4, 8])('with %d blocks left: a put is no_space or done, and what is removed needs none', async (blocks) => {
    execFileSync('truncate', ['-s', '8M', `${base}/image`]);
    execFileSync('mkfs.ext4', ['-q', '-m', '0', `${base}/image`]);
    await mkdir(`${base}/small`);
    mount('-o', 'loop', `${base}/image`, `${base}/small`);
    const before = await open(`${base}/small/c`, 'before');
    for (const key of ['data/a/k', 'data/b/k']) await before.put(key, textBody(key));
    await before.close();
    const { bsize } = await statfs(`${base}/small`);
    await writeFile(`${base}/small/kept`, Buffer.alloc(blocks * bsize));
    for (const size of [65_536, 1024]) execFileSync('sh', ['-c', `dd if=/dev/zero of=${base}/small/filler-${size} bs=${size} 2>/dev/null || true; sync`]);
    await rm(`${base}/small/kept`);
    const storage = await open(`${base}/small/c`);
    const error = await errorOf(async () => await storage.put('locks/x/lock', textBody('me'), { ifAbsent: true }));
    if (error !== undefined) expect(error).toMatchObject({ code: 'no_space' });
    await storage.removeTree('data/a');
    await storage.removeTree('data/b');
    expect(await readdir(`${base}/small/c/data`)).toEqual([]);
    await storage.close();
  });
});

describe.each([
  ['a mount of another file system', (data: string) => mount('-t', 'tmpfs', '-o', 'size=30m', 'tmpfs', data)],
  ['a bind mount of the same file system', (data: string) => mount('--bind', `${path.dirname(path.dirname(data))}/other`, data)],
])('data/ that is %s', (_, mountAt) => {
  it('is written through a temporary folder of its own, which is listed, hidden and removed', async () => {
    await mkdir(`${base}/other`);
    await mkdir(`${base}/c/data`, { recursive: true });
    mountAt(`${base}/c/data`);
    const storage = await open(`${base}/c`);
    const other = await open(`${base}/c`, 'other');
    await storage.put('data/tar/set/1/0_1/started', textBody('me'), { ifAbsent: true });
    await storage.put('data/tar/set/1/0_1/data', sampleBytes(2_000_000));
    await storage.put('metadata/tar/set/1/0_1/metadata', textBody('{}'));
    expect(await errorOf(async () => await storage.put('data/tar/set/1/0_1/started', textBody('you'), { ifAbsent: true }))).toMatchObject({
      code: 'already_exists',
    });
    expect(await fingerprint(storage.get('data/tar/set/1/0_1/data'))).toBe(await fingerprint(sampleBytes(2_000_000)));
    const children: string[] = [];
    for await (const { name } of storage.children('data')) children.push(name);
    expect(children).toEqual(['tar']);
    const keys: string[] = [];
    for await (const { key } of storage.list('')) keys.push(key);
    expect(keys).toHaveLength(3);
    const runs = new Set<string>();
    for await (const { runId } of other.remains?.list() ?? []) runs.add(runId);
    expect([...runs]).toEqual(['run']);
    await other.remains?.remove('run');
    expect(await readdir(`${base}/c/data`)).toEqual(['tar']);
    await other.removeTree('data/tar/set/1');
    expect(await readdir(`${base}/c/data/tar/set`)).toEqual([]);
    await storage.put('data/tar/set/2/k', textBody('x'));
    await other.removeTree('data');
    expect((await readdir(`${base}/c/data`)).filter((name) => name !== '.freezer-tmp')).toEqual([]);
    await storage.close();
    await other.close();
    expect(await readdir(`${base}/c/data`)).toEqual([]);
    expect(await readdir(`${base}/c`)).toEqual(['data', 'metadata']);
  });
});

describe('metadata/ that is on another file system', () => {
  it('is refused with a reason', async () => {
    await mkdir(`${base}/c/metadata`, { recursive: true });
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', `${base}/c/metadata`);
    const storage = await open(`${base}/c`);
    const error = await errorOf(async () => await storage.put('metadata/tar/set/1/0_1/metadata', textBody('{}')));
    expect(error).toMatchObject({ code: 'unsupported' });
    expect(messageOf(error)).toMatch(/'metadata' lies on another file system than the container, and must not/);
    expect(await readdir(`${base}/c/metadata`)).toEqual([]);
    await storage.close();
  });
});

describe('data/ that is a link to another file system', () => {
  it('works as a mount does', async () => {
    await mkdir(`${base}/far`);
    mount('-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', `${base}/far`);
    await mkdir(`${base}/c`);
    await symlink(`${base}/far`, `${base}/c/data`);
    const storage = await open(`${base}/c`);
    await storage.put('data/a/k', textBody('far'));
    expect((await readAll(storage.get('data/a/k'))).toString()).toBe('far');
    await storage.close();
    expect(await readdir(`${base}/far`)).toEqual(['a']);
  });
});

describe('SIGKILL', () => {
  it('a writer that is killed leaves its temporary folder and nothing else', async () => {
    const root = `${base}/c`;
    const storage = await open(root);
    await storage.put('metadata/tar/set/1/0_1/metadata', textBody('old'));
    await storage.close();
    const program = `
      const { localStorage } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)});
      const storage = await localStorage.open(localStorage.settings.parse({ container: ${JSON.stringify(root)} }), { logger: console, run: { id: 'killed', owner: Buffer.from('me') } });
      const endless = async function* () { yield Buffer.alloc(3000000); console.log('amid'); await new Promise(() => setInterval(() => 0, 1000)); };
      await Promise.all([storage.put('metadata/tar/set/1/0_1/metadata', endless()), storage.put('metadata/tar/set/2/0_2/metadata', endless())]);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await new Promise((resolve) => {
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.split('amid').length > 2) resolve(undefined);
      });
      child.on('close', resolve);
    });
    child.kill('SIGKILL');
    await ended;
    const after = await open(root, 'after');
    expect((await readdir(root, { recursive: true })).filter((name) => !name.startsWith('.freezer-tmp')).toSorted()).toEqual([
      'metadata',
      'metadata/tar',
      'metadata/tar/set',
      'metadata/tar/set/1',
      'metadata/tar/set/1/0_1',
      'metadata/tar/set/1/0_1/metadata',
    ]);
    const remains: [string, string][] = [];
    for await (const { runId, owner } of after.remains?.list() ?? []) remains.push([runId, Buffer.from(owner ?? []).toString()]);
    expect(remains).toEqual([['killed', 'me']]);
    await after.remains?.remove('killed');
    expect(await readdir(root)).toEqual(['metadata']);
    await after.close();
  });
});
