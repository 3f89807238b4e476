import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, lstat, mkdir, open, readdir, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeTree, TarBench } from '../test-support/tar-bench.ts';

let bench: TarBench;
let source: string;
beforeEach(async () => {
  bench = await TarBench.make();
  source = await bench.folder('source');
});
afterEach(() => bench.remove());

const bytes = (name: string): Buffer => Buffer.concat([Buffer.from(`${source}/`), Buffer.from(name, 'latin1')]);
const run = async (command: string, ...args: string[]): Promise<void> => {
  const child: ChildProcess = spawn(command, args, { stdio: 'ignore' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} failed with ${String(code)}`);
};

const NAMES = [
  'line\nend',
  'not utf-8 \xff\xfe',
  'x'.repeat(255),
  ' blank ',
  '-rf',
  '--checkpoint-action=exec=touch pwned',
  'quo"te',
  "quo'te",
  'back\\slash',
  'n\\n',
  '\x01\x07\x1b[31m',
  '*',
  '~',
  '@a',
  'é',
  'a -> b',
  ' link to ',
];

describe('a tree', () => {
  it('with names of every kind comes back, and each is listed', async () => {
    for (const name of NAMES) await writeFile(bytes(name), Buffer.from(name, 'latin1'));
    for (const name of NAMES) await symlink(Buffer.from(name, 'latin1'), bytes(`l${name}`.slice(0, 255)));
    await mkdir(bytes(`${'deep'.repeat(60)}/${'er'.repeat(120)}/${'est'.repeat(80)}`), { recursive: true });
    const level = await bench.backup(source);
    expect(level.skipped).toEqual([]);
    const held = new Map(level.entries.flatMap((entry) => (entry.kind === 'held' ? [[entry.path, entry] as const] : [])));
    for (const name of NAMES) {
      expect(held.get(name)).toMatchObject({ type: 'file', size: name.length });
      expect(held.get(`l${name}`.slice(0, 255))).toMatchObject({ type: 'symlink', target: name });
    }
    const target = await bench.folder('target');
    await bench.restore([level.archive], target);
    expect(await describeTree(target)).toEqual(await describeTree(source));
    expect((await bench.read(level.archive)).filter(({ kind }) => kind === 'held')).toEqual(level.entries);
  });

  it('with hard links, holes, a FIFO and times before 1970 comes back', async () => {
    await mkdir(join(source, 'a/b'), { recursive: true });
    await writeFile(join(source, 'a/first'), 'shared');
    await link(join(source, 'a/first'), join(source, 'a/b/second'));
    await writeFile(join(source, 'holes'), 'begin');
    await truncate(join(source, 'holes'), 50_000_000);
    await run('mkfifo', join(source, 'pipe'));
    await writeFile(join(source, 'old'), '');
    await run('touch', '-d', '1960-01-02 03:04:05.123456789 UTC', join(source, 'old'));
    await utimes(join(source, 'a/first'), 0, 0);
    const level = await bench.backup(source);
    const entry = (path: string): unknown => level.entries.find((one) => one.path === path);
    expect(entry('old')).toMatchObject({ mtimeNs: -315_521_754_876_543_211n });
    expect(entry('holes')).toMatchObject({ size: 50_000_000 });
    expect(entry('a/b/second')).toMatchObject({ type: 'link', target: 'a/first', mtimeNs: 0n });
    expect(level.outcome.archiveBytes).toBe((await lstat(level.archive)).size);
    expect(level.outcome.archiveBytes).toBeLessThan(100_000);
    const target = await bench.folder('target');
    await bench.restore([level.archive], target);
    expect(await describeTree(target)).toEqual(await describeTree(source));
    expect((await lstat(join(target, 'holes'))).blocks).toBeLessThan(100);
  });

  it('with a socket is saved without it, and says so', async () => {
    const server = createServer().listen(join(source, 'sock'));
    await once(server, 'listening');
    const level = await bench.backup(source);
    const next = await bench.backup(source, level);
    server.close();
    await once(server, 'close');
    expect((await bench.backup(source, next)).deleted).toEqual([]);
    expect(level).toMatchObject({ held: ['.'], skipped: ['socket sock'] });
    expect(next.skipped).toEqual(['socket sock']);
  });
});

describe('patterns and paths are data', () => {
  it('and never reach a shell', async () => {
    const odd = join(source, '"; touch pwned; "');
    await mkdir(odd);
    await writeFile(join(odd, 'file'), 'x');
    const level = await bench.backup(odd, undefined, { exclude: ['"; touch pwned; "', '$(touch pwned)'] });
    expect(level.held).toEqual(['.', 'file']);
    expect(await readdir(source)).toEqual(['"; touch pwned; "']);
    expect(await readdir(process.cwd())).not.toContain('pwned');
  });

  it('patterns mean what they mean to Freezer', async () => {
    await mkdir(join(source, 'sub/deep'), { recursive: true });
    for (const name of ['a.log', 'b', 'sub/c.log', 'sub/deep/d', 'a,b']) await writeFile(join(source, name), name);
    const held = async (exclude: string | string[]): Promise<readonly string[]> => (await bench.backup(source, undefined, { exclude })).held;
    expect(await held('*.log')).toEqual(['.', 'a,b', 'b', 'sub', 'sub/deep', 'sub/deep/d']);
    expect(await held('sub/*')).toEqual(['.', 'a,b', 'a.log', 'b', 'sub']);
    expect(await held('./sub')).toEqual(['.', 'a,b', 'a.log', 'b']);
    expect(await held('a,b')).toEqual(['.', 'a.log', 'b', 'sub', 'sub/c.log', 'sub/deep', 'sub/deep/d']);
    expect(await held(['b', 'deep', '*.log'])).toEqual(['.', 'a,b', 'sub']);
  });

  it.each(['with blanks.txt', '-rf', '--exclude=x', 'back\\tslash', 'a*b', "it's"])('a single file %j is saved and comes back', async (name) => {
    await writeFile(join(source, name), 'content');
    await writeFile(join(source, 'other'), 'other');
    const level = await bench.backup(join(source, name));
    expect(level.held).toEqual([name]);
    const target = await bench.folder('target');
    await bench.restore([level.archive], target);
    await rm(join(source, 'other'));
    const files = (lines: readonly string[]): readonly string[] => lines.slice(1);
    expect(files(await describeTree(target))).toEqual(files(await describeTree(source)));
  });
});

describe('a tree of which some is followed', () => {
  it('holds what links point to, as dereference_symlink says', async () => {
    await writeFile(join(source, 'file'), 'content');
    await symlink('file', join(source, 'soft'));
    await link(join(source, 'file'), join(source, 'hard'));
    const types = async (settings: Readonly<Record<string, unknown>>): Promise<unknown> =>
      (await bench.backup(source, undefined, settings)).entries.flatMap((entry) => (entry.kind === 'held' && entry.path !== '.' ? [entry.type] : []));
    expect(await types({})).toEqual(['file', 'link', 'symlink']);
    expect(await types({ dereference_symlink: 'hard' })).toEqual(['file', 'file', 'symlink']);
    expect(await types({ dereference_symlink: 'all' })).toEqual(['file', 'file', 'file']);
  });

  it('names a link that leads nowhere', async () => {
    await symlink('nowhere', join(source, 'broken'));
    const level = await bench.backup(source, undefined, { dereference_symlink: 'soft' });
    expect(level).toMatchObject({ held: ['.'], skipped: ['vanished broken'] });
  });
});

describe('a file that changes while it is read', () => {
  it('is named, and saved again by the next level', async () => {
    const size = 64 * 1024 * 1024;
    await writeFile(join(source, 'big'), '');
    await truncate(join(source, 'big'), size);
    const engine = await bench.engine();
    const workDir = await bench.workDir();
    const lease = { kind: 'path', resource: source, description: source, release: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
    const backup = await engine.backup({ source: lease, workDir });
    expect(backup.kind).toBe('archive');
    // The pipe is full and tar waits within the file as long as nobody reads: written here by the engine's own description.
    if (backup.kind !== 'archive') return;
    const stage = backup.stages[0];
    if (stage?.kind !== 'program') throw new TypeError('a program was expected');
    const args = stage.args.filter((arg) => arg !== '--sparse');
    const child = spawn(stage.command, args, { env: { ...process.env, ...stage.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString('latin1');
    });
    await once(child.stdout, 'readable');
    const file = await open(join(source, 'big'), 'a');
    await file.write('more');
    await file.close();
    child.stdout.resume();
    const [code] = await once(child, 'close');
    for (const line of errors.trimEnd().split('\n')) stage.onStderrLine?.(line);
    const outcome = await backup.finish([{ name: 'tar', code, signal: null, stderr: '' }]);
    const skipped: string[] = [];
    for await (const batch of outcome.entryBatches()) for (const entry of batch) if (entry.kind === 'skipped') skipped.push(`${entry.reason} ${entry.path}`);
    expect(skipped).toEqual(['changed big']);
    expect((await bench.backup(source, outcome.statePath)).held).toEqual(['.', 'big']);
  });
});
