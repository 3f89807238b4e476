import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FreezerError } from '@freezer/core';
import { joinStages } from '@freezer/subprocess';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TarBench } from '../test-support/tar-bench.ts';

const BIG = 8 * 1024 * 1024;
let bench: TarBench;
let archive: string;
let target: string;
beforeEach(async () => {
  bench = await TarBench.make();
  const source = await bench.folder('source');
  target = await bench.folder('target');
  await writeFile(join(source, 'a'), 'whole');
  await symlink('/etc/hostname', join(source, 'absolute'));
  await symlink('../up', join(source, 'above'));
  await symlink('a', join(source, 'ainside'));
  await writeFile(join(source, 'big'), Buffer.alloc(BIG, 1));
  await writeFile(join(source, 'last'), 'never reached');
  ({ archive } = await bench.backup(source));
});
afterEach(() => bench.remove());

describe('a restore that stops within a file', () => {
  it('because tar is killed, leaves no file that is cut off, and no place holder', async () => {
    const restore = await bench.openRestore(target, 0, 'empty');
    const [stage] = restore.stages;
    if (stage?.kind !== 'program') throw new TypeError('a program was expected');
    const child = spawn(stage.command, stage.args, { env: { ...process.env, ...stage.env }, stdio: ['pipe', 'ignore', 'ignore'] });
    await pipeline(createReadStream(archive, { end: BIG / 2 }), child.stdin, { end: false });
    const size = (): Promise<number> =>
      lstat(join(target, 'big')).then(
        (found) => found.size,
        () => 0,
      );
    while ((await size()) < BIG / 4) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await lstat(join(target, 'absolute'))).isFile()).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'close');
    const { removed, written } = await restore.abandon();
    expect([...removed].toSorted()).toEqual(['above', 'absolute', 'big']);
    expect(written).toBe(3);
    expect((await readdir(target)).toSorted()).toEqual(['a', 'ainside']);
  });

  it('because its input ends, is a failure that names tar, and the file is removed', async () => {
    const restore = await bench.openRestore(target, 0, 'empty');
    const joined = joinStages(restore.stages, { input: createReadStream(archive, { end: BIG / 2 }), storageAt: 'start' });
    await joined.done;
    const failed = await restore.finish(await joined.exits).catch((error: unknown) => error);
    expect(FreezerError.is(failed, 'unexpected')).toBe(true);
    expect((await restore.abandon()).removed).toEqual(['big']);
    expect(await readFile(join(target, 'a'), 'utf8')).toBe('whole');
    expect((await readdir(target)).toSorted()).toEqual(['a', 'above', 'absolute', 'ainside']);
  });

  it('because its input is no archive, is a failure', async () => {
    const junk = join(bench.root, 'junk');
    await writeFile(junk, Buffer.alloc(20_480, 7));
    await expect(bench.restore([junk], target)).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('before tar was started, has nothing to remove', async () => {
    expect(await (await bench.openRestore(target, 0, 'empty')).abandon()).toEqual({ removed: [], written: 0 });
  });
});

describe('a backup that stops', () => {
  it('is a failure when tar was killed', async () => {
    const source = await bench.folder('huge');
    await writeFile(join(source, 'hole'), 'x');
    await truncate(join(source, 'hole'), BIG);
    const engine = await bench.engine();
    const lease = { kind: 'path', resource: source, description: source, release: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
    const backup = await engine.backup({ source: lease, workDir: await bench.workDir() });
    if (backup.kind !== 'archive') throw new TypeError('an archive was expected');
    await expect(backup.finish([{ name: 'tar', code: null, signal: 'SIGKILL', stderr: '' }])).rejects.toMatchObject({ code: 'unexpected' });
    await expect(backup.finish([{ name: 'tar', code: 2, signal: null, stderr: '' }])).rejects.toMatchObject({ code: 'unexpected' });
    const joined = joinStages(backup.stages, { storageAt: 'end' });
    await pipeline(joined.output, createWriteStream(join(bench.root, 'fine')));
    expect((await backup.finish(await joined.exits)).archiveBytes).toBe((await lstat(join(bench.root, 'fine'))).size);
  });
});
