import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { FreezerError, SILENT, type SourceLease } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pathSource } from './path-source.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'freezer-source-'));
  await mkdir(join(root, 'folder'));
  await writeFile(join(root, 'a file'), 'x');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const open = (path: string, signal?: AbortSignal): Promise<SourceLease> =>
  pathSource.create(pathSource.settings.parse({ path_to_backup: path }), { logger: SILENT }).open({ signal });

describe('the source of a path', () => {
  it.each(['folder', 'a file', 'link'])('gives %s as an absolute path', async (name) => {
    await symlink('folder', join(root, 'link'));
    await using lease = await open(` ${root}/folder/../${name} `);
    expect(lease).toMatchObject({ kind: 'path', resource: join(root, name), description: `${root}/folder/../${name}` });
    await lease.release();
    await lease.release();
  });

  it('takes a path from the working directory', async () => {
    await using lease = await open(relative(process.cwd(), root));
    expect(lease.resource).toBe(root);
  });

  it('knows the home directory', () => {
    expect(pathSource.settings.parse({ path_to_backup: '~/x' })).toEqual({ path: `${homedir()}/x` });
    expect(pathSource.settings.parse({ path_to_backup: '/~/x' })).toEqual({ path: '/~/x' });
  });

  it('says what does not exist', async () => {
    const failed = await open(join(root, 'gone')).catch((error: unknown) => error);
    expect(FreezerError.is(failed, 'not_found')).toBe(true);
    expect(String(failed)).toContain(`Path to backup does not exist ${root}/gone`);
    expect(FreezerError.is(await open(join(root, 'a file/below')).catch((error: unknown) => error), 'not_found')).toBe(true);
  });

  it('stops when it is told to', async () => {
    await expect(open(root, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  it.each([undefined, '', '  ', 5, 'a\0b'])('refuses %j', (path) => {
    expect(() => pathSource.settings.parse({ path_to_backup: path })).toThrow(/^path_to_backup: /);
  });

  it('is chosen by its setting', () => {
    expect(pathSource.accepts({ path_to_backup: '/x' })).toBe(true);
    expect(pathSource.accepts({ path_to_backup: ' ', cinder_vol_id: 'id' })).toBe(false);
  });
});
