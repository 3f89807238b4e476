import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ByteStream,
  collect,
  type Engine,
  type EngineOutcome,
  FreezerError,
  type OpenStage,
  once,
  SILENT,
  type SourceLease,
  type WantedEntry,
} from '@freezer/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { streamEngine } from './index.ts';

let root: string;
let engine: Engine;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'freezer-stream-'));
  mkdirSync(join(root, 'target'));
  engine = await streamEngine.open(streamEngine.settings.parse({}), { logger: SILENT });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sourceOf = (name: string, body?: ByteStream): SourceLease => {
  const bytes: OpenStage | undefined = body && { kind: 'open', name, open: () => body };
  return { kind: 'stream', resource: name, description: name, bytes, release: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
};

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('begin');
  throw new Error('cut off');
}

/** Takes all bytes, as a storage would. */
async function save(name: string, body: ByteStream): Promise<{ stored: Buffer; outcome: EngineOutcome }> {
  const backup = await engine.backup({ source: sourceOf(name, body), workDir: root });
  if (backup.kind !== 'archive') throw new Error('no archive');
  const [open, count] = backup.stages;
  if (open?.kind !== 'open' || count?.kind !== 'transform') throw new Error('other stages');
  expect(await backup.reached?.()).toBe(Buffer.from(name).toString('latin1'));
  const stored = await collect(count.apply(open.open({}), {}), { maxBytes: 1e9 });
  return { stored, outcome: await backup.finish([]) };
}

interface Back {
  readonly wanted?: readonly WantedEntry[];
  readonly placement?: 'empty' | 'overlay';
}

async function restore(metadata: EngineOutcome['metadata'], body: ByteStream, { wanted, placement = 'empty' }: Back = {}) {
  const selection = wanted && {
    stagingPath: '',
    async *entries() {
      yield* wanted;
    },
  };
  const target = join(root, 'target');
  const back = await engine.restore({ target, workDir: root, level: 0, placement, metadata, selection });
  const [sink] = back.stages;
  if (sink?.kind !== 'sink') throw new Error('no sink');
  return { back, take: () => sink.take(body, {}) };
}

const targetOf = (...names: readonly string[]): string => join(root, 'target', ...names);
const codeOf = async (work: () => Promise<unknown>): Promise<unknown> => work().then(String, (error: unknown) => (FreezerError.is(error) ? error.code : error));

describe('the engine stream', () => {
  it('gives the bytes as they are, and says what file they are', async () => {
    const { stored, outcome } = await save('db.sql', once(Buffer.from('a dump')));
    expect(stored.toString()).toBe('a dump');
    expect(outcome).toMatchObject({ replacesAll: true, archiveBytes: 6 });
    expect(readFileSync(outcome.statePath, 'utf8')).toBe('');
    const entries = [];
    for await (const batch of outcome.entryBatches()) entries.push(...batch);
    expect(entries).toEqual([expect.objectContaining({ kind: 'held', path: 'db.sql', type: 'file', size: 6, mode: 0o600, uid: process.geteuid?.() })]);
    expect(outcome.metadata).toEqual({ file: expect.objectContaining({ name: 'db.sql', bytes: 6, mode: 0o600 }) });
  });

  it.each(['db.sql', 'großer Auszug', '-rf', '.hidden\n'])('writes %j back with mode and time', async (name) => {
    const { stored, outcome } = await save(name, once(Buffer.from('x'.repeat(100_000))));
    const { back, take } = await restore(JSON.parse(JSON.stringify(outcome.metadata)), once(stored));
    await take();
    expect(await back.reached?.()).toBe(Buffer.from(name).toString('latin1'));
    expect(existsSync(targetOf(name))).toBe(false);
    expect(await back.finish([])).toEqual({ skipped: [] });
    expect(readdirSync(targetOf())).toEqual([name]);
    expect(readFileSync(targetOf(name), 'utf8')).toBe('x'.repeat(100_000));
    const { mode, mtimeMs } = statSync(targetOf(name));
    expect(mode & 0o7777).toBe(0o600);
    expect(mtimeMs % 1000).toBe(0);
    expect(Math.abs(mtimeMs - Date.now())).toBeLessThan(60_000);
  });

  it.each(['EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EROFS', 'EDQUOT'])(
    'is there without its owner where root cannot give it away (%s), and says so',
    async (code) => {
      const { stored, outcome } = await save('db.sql', once(Buffer.from('a dump')));
      const probe = await openFile(root);
      const prototype: FileHandle = Object.getPrototypeOf(probe);
      await probe.close();
      const spies = [
        jest.spyOn(process, 'geteuid').mockReturnValue(0),
        jest.spyOn(prototype, 'chown').mockRejectedValue(Object.assign(new Error(`${code}: fchown`), { code })),
      ];
      try {
        const { back, take } = await restore(outcome.metadata, once(stored));
        await take();
        expect(await back.finish([])).toEqual({ skipped: [{ path: 'db.sql', detail: `its owner cannot be set: ${code}: fchown` }] });
      } finally {
        for (const spy of spies) spy.mockRestore();
      }
      expect(readFileSync(targetOf('db.sql'), 'utf8')).toBe('a dump');
    },
  );

  it('a stream of no bytes is a file of no bytes', async () => {
    const { outcome } = await save('empty', once(new Uint8Array()));
    const { back, take } = await restore(outcome.metadata, once(new Uint8Array()));
    await take();
    await back.finish([]);
    expect(statSync(targetOf('empty')).size).toBe(0);
  });

  it.each(['', '.', '..', 'a/b', '/etc/passwd', 'a\0b', 'x'.repeat(256)])('refuses the name %j', async (name) => {
    expect(await codeOf(async () => await engine.backup({ source: sourceOf(name, once(Buffer.from('x'))), workDir: root }))).toBe('invalid');
    const metadata = { file: { name, bytes: 1, mtime: 1, mode: 0o600, uid: 0, gid: 0 } };
    expect(await codeOf(async () => await restore(metadata, once(Buffer.from('x'))))).toBe('corrupt');
  });

  it.each([{}, { file: null }, { file: 'x' }, { file: { name: 'x', bytes: '1' } }, { file: { name: 'x', bytes: -1, mtime: 1, mode: 0, uid: 0, gid: 0 } }])(
    'refuses metadata %j',
    async (metadata) => {
      expect(await codeOf(async () => await restore(metadata, once(Buffer.from('x'))))).toBe('corrupt');
    },
  );

  it('refuses a source that is no stream', async () => {
    expect(await codeOf(async () => await engine.backup({ source: sourceOf('/etc'), workDir: root }))).toBe('unsupported');
  });

  it('what stops leaves neither the file nor a part of it, and what was there stays', async () => {
    const { outcome } = await save('db.sql', once(Buffer.from('a dump')));
    writeFileSync(targetOf('db.sql'), 'older');
    const { back, take } = await restore(outcome.metadata, failing(), { placement: 'overlay' });
    await expect(take()).rejects.toThrow('cut off');
    expect(readdirSync(targetOf())).toHaveLength(2);
    expect(await back.abandon()).toEqual({ removed: ['db.sql'], written: 0 });
    expect(await back.abandon()).toEqual({ removed: [], written: 0 });
    expect(readdirSync(targetOf())).toEqual(['db.sql']);
    expect(readFileSync(targetOf('db.sql'), 'utf8')).toBe('older');
  });

  it('other bytes than were saved are refused before they have the name', async () => {
    const { outcome } = await save('db.sql', once(Buffer.from('a dump')));
    const { back, take } = await restore(outcome.metadata, once(Buffer.from('a du')));
    await take();
    expect(await codeOf(() => back.finish([]))).toBe('corrupt');
    await back.abandon();
    expect(readdirSync(targetOf())).toEqual([]);
  });

  it('replaces a link and not what it points to; a folder in its place is refused before anything is written', async () => {
    const { stored, outcome } = await save('db.sql', once(Buffer.from('a dump')));
    writeFileSync(join(root, 'elsewhere'), 'kept');
    symlinkSync(join(root, 'elsewhere'), targetOf('db.sql'));
    const { back, take } = await restore(outcome.metadata, once(stored), { placement: 'overlay' });
    await take();
    await back.finish([]);
    expect(readFileSync(join(root, 'elsewhere'), 'utf8')).toBe('kept');
    expect(readFileSync(targetOf('db.sql'), 'utf8')).toBe('a dump');
    rmSync(targetOf('db.sql'));
    mkdirSync(targetOf('db.sql'));
    expect(await codeOf(async () => await restore(outcome.metadata, once(stored), { placement: 'overlay' }))).toBe('already_exists');
    expect(readdirSync(targetOf())).toEqual(['db.sql']);
  });

  it('restores what is wanted, and names what it has not', async () => {
    const { stored, outcome } = await save('db.sql', once(Buffer.from('a dump')));
    const one = await restore(outcome.metadata, once(stored), { wanted: [{ path: 'other' }], placement: 'overlay' });
    await one.take();
    expect(await one.back.finish([])).toEqual({ skipped: [{ path: 'other', detail: 'is not in the level that should hold it' }] });
    expect(await one.back.abandon()).toEqual({ removed: [], written: 0 });
    expect(readdirSync(targetOf())).toEqual([]);
    const two = await restore(outcome.metadata, once(stored), { wanted: [{ path: 'db.sql', as: 'renamed' }], placement: 'overlay' });
    await two.take();
    expect(await two.back.finish([])).toEqual({ skipped: [] });
    expect(readdirSync(targetOf())).toEqual(['renamed']);
  });

  it('one file as a stream', async () => {
    const { outcome } = await save('db.sql', once(Buffer.from('a dump')));
    const file = await engine.readFile?.({ workDir: root, path: 'db.sql', metadata: outcome.metadata });
    expect(file?.stages).toEqual([]);
    expect(await codeOf(async () => await engine.readFile?.({ workDir: root, path: 'other', metadata: outcome.metadata }))).toBe('not_found');
  });

  it('is listed by its bytes: the size is what is there, not what was noted', async () => {
    const { outcome } = await save('db.sql', once(Buffer.from('a dump')));
    const read = await engine.read?.({ workDir: root, metadata: outcome.metadata });
    const [sink] = read?.stages ?? [];
    if (read === undefined || sink?.kind !== 'sink') throw new Error('no sink');
    await sink.take(once(Buffer.from('a du')), {});
    const entries = [];
    for await (const entry of (await read.finish([])).entries()) entries.push(entry);
    expect(entries).toEqual([expect.objectContaining({ kind: 'held', path: 'db.sql', type: 'file', size: 4 })]);
    expect(await codeOf(async () => await engine.read?.({ workDir: root }))).toBe('corrupt');
  });

  it('a target that takes no file is named', async () => {
    const { stored, outcome } = await save('db.sql', once(Buffer.from('a dump')));
    rmSync(targetOf(), { recursive: true });
    writeFileSync(targetOf(), '');
    chmodSync(targetOf(), 0o400);
    const { back, take } = await restore(outcome.metadata, once(stored));
    await expect(take()).rejects.toThrow(`restore: the target '${targetOf()}': no file can be made in it: ENOTDIR`);
    expect(await back.abandon()).toEqual({ removed: [], written: 0 });
  });
});
