import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { IndexEntry, Stage } from '@freezer/core';
import { joinStages } from '@freezer/subprocess';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeTree, TarBench } from '../test-support/tar-bench.ts';

const NOBODY = 65_534;
let bench: TarBench;
let source: string;
beforeEach(async () => {
  bench = await TarBench.make();
  await chmod(bench.root, 0o755);
  source = await bench.folder('source');
});
afterEach(() => bench.remove());

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'latin1' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed with ${String(status)}: ${stderr}`);
  return stdout;
}

const asNobody = (stages: readonly Stage[]): Stage[] =>
  stages.map((stage) =>
    stage.kind === 'program'
      ? { ...stage, command: 'setpriv', args: [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', stage.command, ...stage.args] }
      : stage,
  );

interface NobodyLevel {
  readonly archive: string;
  readonly statePath: string;
  readonly lines: readonly string[];
}

async function backupAsNobody(basePath?: string): Promise<NobodyLevel> {
  const workDir = await bench.workDir();
  const engine = await bench.engine();
  await bench.settle();
  const lease = { kind: 'path', resource: source, description: source, release: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
  const backup = await engine.backup({ source: lease, workDir, basePath });
  if (backup.kind !== 'archive') throw new TypeError('an archive was expected');
  run('chown', '-R', String(NOBODY), workDir);
  const archive = join(workDir, 'archive');
  const joined = joinStages(asNobody(backup.stages), { storageAt: 'end' });
  await pipeline(joined.output, createWriteStream(archive));
  const outcome = await backup.finish(await joined.exits);
  const entries: IndexEntry[] = [];
  for await (const batch of outcome.entryBatches()) entries.push(...batch);
  const lines = entries.map((entry) => (entry.kind === 'skipped' ? `${entry.reason} ${entry.path}: ${entry.detail}` : `${entry.kind} ${entry.path}`));
  return { archive, statePath: outcome.statePath, lines: lines.toSorted() };
}

describe('as root', () => {
  it('owners, devices, xattrs, ACLs, capabilities and special bits come back', async () => {
    await writeFile(join(source, 'file'), 'content');
    await chown(join(source, 'file'), 1234, 5678);
    await chmod(join(source, 'file'), 0o6755);
    run('mknod', join(source, 'char'), 'c', '10', '200');
    run('mknod', join(source, 'block'), 'b', '7', '3');
    await mkdir(join(source, 'dir'));
    await chmod(join(source, 'dir'), 0o3770);
    run('setfacl', '-m', 'u:33:rwx,d:u:34:r', join(source, 'dir'));
    await writeFile(join(source, 'program'), '');
    run('setcap', 'cap_net_raw+ep', join(source, 'program'));
    run('setfattr', '-n', 'user.note', '-v', 'a "note"', join(source, 'file'));
    run('setfattr', '-n', 'trusted.note', '-v', 'secret', join(source, 'dir'));
    const level = await bench.backup(source);
    expect(level.skipped).toEqual([]);
    const target = await bench.folder('target');
    expect(await bench.restore([level.archive], target)).toEqual([]);
    expect(await describeTree(target)).toEqual(await describeTree(source));
    const attributes = (root: string): string => run('sh', '-c', 'cd "$0" && getfattr -d -m - -h -R . | sort && getfacl -R -n .', root);
    expect(attributes(target)).toBe(attributes(source));
    expect(attributes(target)).toContain('security.capability');
    expect(attributes(target)).toContain('trusted.note');
  });

  it('what is mounted below is named, and its mount point comes back empty', async () => {
    await mkdir(join(source, 'mounted'));
    await writeFile(join(source, 'mounted/hidden'), 'below');
    run('mount', '-t', 'tmpfs', 'none', join(source, 'mounted'));
    try {
      await writeFile(join(source, 'mounted/inside'), 'not saved');
      const level = await bench.backup(source);
      expect(level).toMatchObject({ held: ['.', 'mounted'], skipped: ['mount mounted'] });
      expect((await bench.backup(source, level)).skipped).toEqual(['mount mounted']);
      const target = await bench.folder('target');
      await bench.restore([level.archive], target);
      expect(await readdir(join(target, 'mounted'))).toEqual([]);
    } finally {
      run('umount', join(source, 'mounted'));
    }
  });

  it('inode flags are named', async () => {
    await writeFile(join(source, 'a b'), 'x');
    await mkdir(join(source, 'dir'));
    await writeFile(Buffer.concat([Buffer.from(`${source}/`), Buffer.from('\xff', 'latin1')]), '');
    run('chattr', '+i', join(source, 'a b'));
    run('chattr', '+d', join(source, 'dir'));
    run('find', source, '-type', 'f', '-not', '-name', 'a b', '-exec', 'chattr', '+d', '{}', '+');
    try {
      const level = await bench.backup(source);
      expect(level.skipped).toEqual(['inode_flags a b', 'inode_flags dir', 'inode_flags \xff']);
      expect(level.entries.find((entry) => entry.kind === 'skipped' && entry.path === 'a b')).toMatchObject({ detail: 'i' });
    } finally {
      run('chattr', '-i', join(source, 'a b'));
    }
  });

  it('a target without room is a failure, and nothing is left cut off', async () => {
    await writeFile(join(source, 'a'), 'whole');
    await writeFile(join(source, 'big'), Buffer.alloc(4 * 1024 * 1024, 1));
    await writeFile(join(source, 'c'), 'after');
    const level = await bench.backup(source);
    const target = await bench.folder('target');
    run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', target);
    try {
      await expect(bench.restore([level.archive], target)).rejects.toMatchObject({ code: 'unavailable' });
      expect(await readdir(target)).not.toContain('big');
    } finally {
      run('umount', target);
    }
  });
});

describe('as another user', () => {
  it('what cannot be read is named, and saved as soon as it can be, although nothing about it changed', async () => {
    await mkdir(join(source, 'closed/sub'), { recursive: true });
    for (const name of ['secret', 'open', 'closed/one', 'closed/sub/two']) await writeFile(join(source, name), name);
    await chmod(join(source, 'secret'), 0o600);
    await chmod(join(source, 'closed'), 0o700);
    const full = await backupAsNobody();
    expect(full.lines).toEqual(['held .', 'held open', 'unreadable closed: Permission denied', 'unreadable secret: Permission denied']);
    const again = await backupAsNobody(full.statePath);
    expect(again.lines).toEqual(['held .', 'unreadable closed: Permission denied', 'unreadable secret: Permission denied']);
    // Now by root, so that neither a mode nor a time of theirs differs from what it was.
    const readable = await bench.backup(source, again.statePath);
    expect(readable).toMatchObject({ held: ['.', 'closed', 'closed/one', 'closed/sub', 'closed/sub/two', 'secret'], deleted: [], skipped: [] });
    const target = await bench.folder('target');
    await bench.restore([full.archive, again.archive, readable.archive], target);
    expect(await describeTree(target)).toEqual(await describeTree(source));
  });

  it('what was saved before and cannot be read now is neither deleted nor forgotten', async () => {
    await mkdir(join(source, 'dir'));
    for (const name of ['dir/one', 'dir/two', 'file']) await writeFile(join(source, name), name);
    const full = await bench.backup(source);
    await chmod(join(source, 'dir'), 0o700);
    const blind = await backupAsNobody(full.outcome.statePath);
    expect(blind.lines).toEqual(['held .', 'unreadable dir: Permission denied']);
    const middle = await bench.folder('middle');
    await bench.restore([full.archive, blind.archive], middle);
    expect(await readFile(join(middle, 'dir/one'), 'utf8')).toBe('dir/one');
    await rm(join(source, 'dir/one'));
    const seeing = await bench.backup(source, blind.statePath);
    expect(seeing).toMatchObject({ held: ['.', 'dir', 'dir/two'], deleted: ['dir/one'] });
    const target = await bench.folder('target');
    await bench.restore([full.archive, blind.archive, seeing.archive], target);
    expect(await describeTree(target)).toEqual(await describeTree(source));
  });

  it('a restore says that owners and devices are not kept', async () => {
    await writeFile(join(source, 'file'), 'x');
    run('mknod', join(source, 'char'), 'c', '10', '200');
    const level = await bench.backup(source);
    const target = await bench.folder('target');
    await chown(target, NOBODY, NOBODY);
    const { openTarRestore } = await import('./tar-restore.ts');
    const workDir = await bench.workDir();
    await chown(workDir, NOBODY, NOBODY);
    const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const restore = openTarRestore({ target, workDir, level: 0, placement: 'empty', metadata: {} }, { program: 'tar', logger, uid: NOBODY });
    const joined = joinStages(asNobody(restore.stages), { input: createReadStream(level.archive), storageAt: 'start' });
    await joined.done;
    const { skipped } = await restore.finish(await joined.exits);
    expect(skipped).toEqual([
      { path: 'char', detail: 'Cannot mknod: Operation not permitted' },
      { path: '.', detail: '3 entries belong to other users: only root can give files away, so they are now yours' },
    ]);
    expect((await stat(join(target, 'file'))).uid).toBe(NOBODY);
  });
});
