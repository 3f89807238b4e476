import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Chunks } from './chunks.ts';
import { mayWrite, readCompiled, writeCompiled } from './code-cache.ts';

let folder = '';
let cachePath = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-chunks-'));
  cachePath = join(folder, 'code-cache', 'one');
  await writeFile(
    join(folder, 'first.cjs'),
    "const { two } = require('./second.cjs'); exports.sum = (a, b) => a + b + two; exports.later = () => require('./third.cjs').three;",
  );
  await writeFile(join(folder, 'second.cjs'), "globalThis.loads = (globalThis.loads ?? 0) + 1; exports.two = require('node:path').basename('x/2') * 1;");
  await writeFile(join(folder, 'third.cjs'), 'exports.three = 3;');
});
afterEach(() => rm(folder, { recursive: true }));

const kept = (): string[] => [...(readCompiled(cachePath)?.keys() ?? [])].toSorted();

describe('Chunks', () => {
  it('loads a chunk and what it needs, each once, and keeps what was compiled', () => {
    const chunks = new Chunks({ folder, cachePath });
    const first = chunks.load('first.cjs') as { sum: (a: number, b: number) => number };
    expect(first.sum(3, 4)).toBe(9);
    expect(chunks.load('first.cjs')).toBe(first);
    chunks.save();
    expect(kept()).toEqual(['first.cjs', 'second.cjs']);
  });

  it('adds what a later run needs besides', () => {
    const before = new Chunks({ folder, cachePath });
    before.load('first.cjs');
    before.save();
    const after = new Chunks({ folder, cachePath });
    expect((after.load('first.cjs') as { later: () => number }).later()).toBe(3);
    after.save();
    expect(kept()).toEqual(['first.cjs', 'second.cjs', 'third.cjs']);
  });

  it('writes nothing when all was there, or when it may not', async () => {
    const before = new Chunks({ folder, cachePath });
    before.load('first.cjs');
    before.save();
    await chmod(cachePath, 0o600);
    const bytes = await readFile(cachePath);
    const after = new Chunks({ folder, cachePath });
    after.load('first.cjs');
    after.save();
    expect(await readFile(cachePath)).toEqual(bytes);
    const without = new Chunks({ folder: folder, cachePath: undefined });
    without.load('third.cjs');
    without.save();
    expect(await readdir(join(folder, 'code-cache'))).toEqual(['one']);
  });

  it('runs, and writes it anew, when what was kept is damaged', async () => {
    const before = new Chunks({ folder, cachePath });
    before.load('first.cjs');
    before.save();
    const bytes = await readFile(cachePath);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(cachePath, bytes);
    const after = new Chunks({ folder, cachePath });
    expect((after.load('first.cjs') as { sum: (a: number, b: number) => number }).sum(0, 0)).toBe(2);
    after.save();
    expect(kept()).toEqual(['first.cjs', 'second.cjs']);
  });
});

describe('readCompiled', () => {
  const chunks = new Map([
    ['a.cjs', Buffer.from('aa')],
    ['b.cjs', Buffer.alloc(0)],
  ]);

  it('gives back what was written', () => {
    expect(mayWrite(cachePath)).toBe(true);
    writeCompiled(cachePath, chunks);
    expect(readCompiled(cachePath)).toEqual(chunks);
  });

  it('believes no file in which a byte is another, or that is cut off', async () => {
    expect(mayWrite(cachePath)).toBe(true);
    writeCompiled(cachePath, chunks);
    const whole = await readFile(cachePath);
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await writeFile(cachePath, damaged);
      expect(readCompiled(cachePath)).toBeUndefined();
      await writeFile(cachePath, whole.subarray(0, at));
      expect(readCompiled(cachePath)).toBeUndefined();
    }
  });

  it('is no failure where nothing can be written', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(mayWrite(join(folder, 'file', 'one'))).toBe(false);
    writeCompiled(join(folder, 'file', 'one'), chunks);
    expect(readCompiled(join(folder, 'file', 'one'))).toBeUndefined();
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('');
  });
});
