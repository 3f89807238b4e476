import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, rmdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ByteStream, FreezerError, messageOf, SILENT, type Storage } from '@freezer/core';
import { readAll, textBody } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { localStorage } from './local-plugin.ts';

let base: string;
let root: string;
let storage: Storage;

const openAs = async (id: string, settings: Readonly<Record<string, unknown>> = {}): Promise<Storage> =>
  await localStorage.open(localStorage.settings.parse({ container: root, ...settings }), { logger: SILENT, run: { id, owner: Buffer.from(`owner of ${id}`) } });

const modeOf = async (name: string): Promise<string> => ((await stat(`${root}/${name}`)).mode & 0o7777).toString(8);
const errorOf = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
};

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'freezer-local-'));
  root = `${base}/container`;
  storage = await openAs('run');
  await storage.prepare();
});
afterEach(async () => {
  await storage.close();
  await rm(base, { recursive: true, force: true });
});

describe('what lies on the disk', () => {
  it('is private, whatever the umask says', async () => {
    const before = process.umask(0);
    try {
      await storage.put('a/b/k', textBody('x'));
      await storage.put('k', textBody('x'));
    } finally {
      process.umask(before);
    }
    expect(await Promise.all(['', 'a', 'a/b', 'a/b/k', 'k', '.freezer-tmp', '.freezer-tmp/run', '.freezer-tmp/run/owner'].map(modeOf))).toEqual([
      '700',
      '700',
      '700',
      '600',
      '600',
      '700',
      '700',
      '600',
    ]);
  });

  it.each([
    ['0640', '750', '640'],
    ['0644', '755', '644'],
    ['660', '770', '660'],
    [0o640, '750', '640'],
  ])('with storage_mode %p has folders of %s and files of %s', async (mode, folder, file) => {
    const before = process.umask(0o077);
    try {
      storage = await openAs('run', { storage_mode: mode });
      await storage.put('a/b/k', textBody('x'));
    } finally {
      process.umask(before);
    }
    expect(await Promise.all(['a', 'a/b', 'a/b/k'].map(modeOf))).toEqual([folder, folder, file]);
  });

  it('has nothing of the run after close, not even the temporary folder', async () => {
    await storage.put('a/k', textBody('x'));
    expect(await readdir(root)).toEqual(['.freezer-tmp', 'a']);
    await storage.close();
    expect(await readdir(root)).toEqual(['a']);
    expect(await errorOf(async () => await storage.put('b', textBody('x')))).toMatchObject({ code: 'invalid' });
  });

  it('leaves the temporary folder of another run alone', async () => {
    const other = await openAs('other');
    await other.put('a/k', textBody('x'));
    await storage.put('a/l', textBody('x'));
    await storage.close();
    expect(await readFile(`${root}/.freezer-tmp/other/owner`, 'utf8')).toBe('owner of other');
    await other.close();
    expect(await readdir(root)).toEqual(['a']);
  });

  it('nothing is written before the first put', async () => {
    await storage.stat('k');
    await storage.remove('k');
    await storage.removeTree('k');
    expect(await readdir(root)).toEqual([]);
  });
});

describe('keys', () => {
  it.each(['../outside', '/etc/passwd', 'a/../../outside', 'a//b', './a', '', 'a/', 'a\0b', '.freezer-tmp/x', 'a/.freezer-tmp', 'lone \ud800'])(
    '%p is refused by every call',
    async (key) => {
      await writeFile(`${base}/outside`, 'precious');
      for (const call of [
        async () => await storage.put(key, textBody('x')),
        async () => await readAll(storage.get(key)),
        async () => await storage.stat(key),
        async () => await storage.remove(key),
      ])
        expect(await errorOf(call)).toMatchObject({ code: 'invalid' });
      if (key !== '') expect(await errorOf(async () => await storage.removeTree(key))).toMatchObject({ code: 'invalid' });
      expect(await readFile(`${base}/outside`, 'utf8')).toBe('precious');
    },
  );
});

describe('errors', () => {
  it.each([
    ['of a parent that is an object', 'k/below', 'invalid', /^local storage: put of 'k\/below' failed: a part of the key is an object and not a folder \(/],
    ['of a folder that has the name', 'folder', 'invalid', /there is a folder of that name/],
    ['of a long name', 'x'.repeat(256), 'invalid', /a name is longer than the file system allows/],
  ])('%s is said in one line, and nothing stays', async (_, key, code, message) => {
    await storage.put('k', textBody('x'));
    await storage.put('folder/k', textBody('x'));
    const error = await errorOf(async () => await storage.put(key, textBody('y')));
    expect(FreezerError.is(error) && error.code).toBe(code);
    expect(messageOf(error)).toMatch(message);
    expect(await readdir(`${root}/.freezer-tmp/run`)).toEqual(['owner']);
  });

  it('a line end in a key does not break the line', async () => {
    const error = await errorOf(async () => await readAll(storage.get('two\nlines')));
    expect(error).toMatchObject({ code: 'not_found', message: `local storage: get of 'two\\x0alines' failed: no such object (${root}/two\\x0alines)` });
  });

  it('a container that is not there is not made by put', async () => {
    await rm(root, { recursive: true });
    expect(await errorOf(async () => await storage.put('k', textBody('x')))).toMatchObject({ code: 'not_found' });
    expect(await readdir(base)).toEqual([]);
  });

  it.each([
    [{}, /^container: must be the path of a directory$/],
    [{ container: '' }, /^container: must be/],
    [{ container: '/x', storage_mode: '0755' }, /^storage_mode: must be octal text/],
    [{ container: '/x', storage_mode: 640 }, /^storage_mode: must be octal text/],
    [{ container: '/x', storage_mode: '0444' }, /^storage_mode: must be octal text/],
    [{ container: '/x', storage_mode: 'rw' }, /^storage_mode: must be octal text/],
  ])('settings %j are refused with the key and what is allowed', async (settings, message) => {
    const error = await errorOf(async () => localStorage.settings.parse(settings));
    expect(FreezerError.is(error, 'invalid')).toBe(true);
    expect(messageOf(error)).toMatch(message);
  });
});

describe('links and strangers', () => {
  it('a container that is a link, and a link below it, are followed; removeTree takes the link alone', async () => {
    await mkdir(`${base}/elsewhere`);
    await writeFile(`${base}/elsewhere/k`, 'precious');
    await symlink(`${base}/elsewhere`, `${root}/linked`);
    await symlink(root, `${base}/door`);
    await symlink('.', `${root}/circle`);
    root = `${base}/door`;
    const other = await openAs('other');
    expect((await readAll(other.get('linked/k'))).toString()).toBe('precious');
    await other.put('linked/new', textBody('x'));
    const keys: string[] = [];
    for await (const { key } of other.list('')) keys.push(key);
    expect(keys.toSorted()).toEqual(['linked/k', 'linked/new']);
    await other.removeTree('linked');
    await other.close();
    expect(await readdir(root)).toEqual(['circle']);
    expect((await readdir(`${base}/elsewhere`)).toSorted()).toEqual(['k', 'new']);
  });

  it('removeTree does not follow a link inside the tree', async () => {
    await mkdir(`${base}/elsewhere`);
    await writeFile(`${base}/elsewhere/k`, 'precious');
    await storage.put('tree/k', textBody('x'));
    await symlink(`${base}/elsewhere`, `${root}/tree/linked`);
    await storage.removeTree('tree');
    expect(await readdir(`${base}/elsewhere`)).toEqual(['k']);
  });

  it('files of others are objects; what is no file is none, and a FIFO holds nobody', async () => {
    await writeFile(`${root}/stranger`, 'hello');
    execFileSync('mkfifo', [`${root}/fifo`]);
    await symlink('nowhere', `${root}/dangling`);
    const names: string[] = [];
    for await (const { name } of storage.children('')) names.push(name);
    expect(names).toEqual(['stranger']);
    expect(await storage.stat('fifo')).toBeUndefined();
    expect(await errorOf(async () => await readAll(storage.get('fifo')))).toMatchObject({ code: 'not_found' });
  });
});

describe('others at work', () => {
  it('a put survives that others sweep empty folders', async () => {
    let sweeping = true;
    const sweep = async (): Promise<void> => {
      while (sweeping) {
        for (const folder of ['.freezer-tmp/run', '.freezer-tmp', 'a/b', 'a']) await rmdir(`${root}/${folder}`).catch(() => undefined);
      }
    };
    const work = async (): Promise<void> => {
      for (let round = 0; round < 40; round += 1) {
        const each = await openAs('run');
        await each.put(`a/b/k${round}`, textBody('x'), { ifAbsent: round % 2 === 0 });
        await each.remove(`a/b/k${round}`);
        await each.close();
      }
      sweeping = false;
    };
    await Promise.all([sweep(), work().finally(() => (sweeping = false))]);
    expect(await readdir(root)).toEqual([]);
  });

  it('remains without an owner are listed with the time of their folder', async () => {
    await mkdir(`${root}/.freezer-tmp/old`, { recursive: true });
    await utimes(`${root}/.freezer-tmp/old`, 1000, 1000);
    const found: unknown[] = [];
    for await (const each of storage.remains?.list() ?? []) found.push(each);
    expect(found).toEqual([{ runId: 'old', owner: undefined, modifiedAt: 1_000_000 }]);
    await expect(storage.remains?.remove('../old')).rejects.toThrow(TypeError);
  });

  it('nobody who reads the directory sees an empty chain or level folder, nor a cut metadata', async () => {
    const seen: string[] = [];
    let working = true;
    const look = async (): Promise<void> => {
      while (working) {
        for (const chain of await names(`${root}/metadata/tar/set`)) {
          const levels = await names(`${root}/metadata/tar/set/${chain}`);
          if (levels.length === 0 && (await exists(`${root}/metadata/tar/set/${chain}`))) seen.push(chain);
          for (const level of levels) {
            const folder = `${root}/metadata/tar/set/${chain}/${level}`;
            if ((await names(folder)).length === 0 && (await exists(folder))) seen.push(`${chain}/${level}`);
            const text = await readFile(`${folder}/metadata`, 'utf8').catch(() => 'gone');
            if (text !== 'gone' && text !== 'whole') seen.push(text);
          }
        }
      }
    };
    const work = async (): Promise<void> => {
      for (let round = 0; round < 40; round += 1) {
        await storage.put(`metadata/tar/set/${round % 4}/${round}_1/metadata`, textBody('whole'));
        await storage.put(`metadata/tar/set/${round % 4}/${round}_1/metadata`, textBody('whole'));
        if (round % 3 === 0) await storage.removeTree(`metadata/tar/set/${round % 4}`);
      }
    };
    await Promise.all([look(), work().finally(() => (working = false))]);
    expect(seen).toEqual([]);
  });
});

describe('usage', () => {
  const usage = async (): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const row of storage.usage?.() ?? []) found.push(row);
    return found;
  };

  it('is what the objects hold, without what is being written', async () => {
    expect(await usage()).toEqual([{ container: root, bytes: 0, objects: 0 }]);
    await storage.put('data/a', textBody('12345'));
    await storage.put('b', textBody('1'));
    await writeFile(`${root}/.freezer-tmp/run/half`, 'x');
    expect(await usage()).toEqual([{ container: root, bytes: 6, objects: 2 }]);
  });

  it('of a container that is not there is nothing', async () => {
    await rm(root, { recursive: true });
    expect(await usage()).toEqual([]);
  });
});

describe('bodies', () => {
  it('one that hangs is left behind by an abort', async () => {
    const controller = new AbortController();
    const hangs: ByteStream = {
      async *[Symbol.asyncIterator]() {
        yield Buffer.from('x');
        queueMicrotask(() => controller.abort(new Error('stop')));
        await new Promise(() => undefined);
      },
    };
    await expect(storage.put('k', hangs, { signal: controller.signal })).rejects.toThrow('stop');
    expect(await readdir(`${root}/.freezer-tmp/run`)).toEqual(['owner']);
  });

  it('with ifAbsent is not even begun when the object is there', async () => {
    await storage.put('k', textBody('x'));
    let begun = false;
    const body: ByteStream = {
      async *[Symbol.asyncIterator]() {
        begun = true;
        yield Buffer.from('y');
      },
    };
    expect(await errorOf(async () => await storage.put('k', body, { ifAbsent: true }))).toMatchObject({ code: 'already_exists' });
    expect(begun).toBe(false);
  });

  it('an object that is shortened while it is read is corrupt', async () => {
    await storage.put('k', {
      async *[Symbol.asyncIterator]() {
        yield Buffer.alloc(3_000_000);
      },
    });
    const read = async (): Promise<void> => {
      for await (const chunk of storage.get('k')) if (chunk.length > 0) await writeFile(`${root}/k`, 'short');
    };
    expect(await errorOf(read)).toMatchObject({ code: 'corrupt' });
  });

  const unlessRoot = process.getuid?.() === 0 ? it.skip : it;
  unlessRoot('a folder that may not be written is permission_denied (root may write everywhere)', async () => {
    await mkdir(`${root}/locked`);
    await chmod(`${root}/locked`, 0o500);
    expect(await errorOf(async () => await storage.put('locked/k', textBody('x')))).toMatchObject({ code: 'permission_denied' });
  });
});

const names = async (folder: string): Promise<string[]> => await readdir(folder).catch(() => []);
const exists = async (folder: string): Promise<boolean> =>
  await stat(folder).then(
    () => true,
    () => false,
  );
