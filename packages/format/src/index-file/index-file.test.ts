import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type ByteStream, FreezerError, type HeldEntry, type IndexEntry } from '@freezer/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type ReadIndexOptions, readIndex } from './read-index.ts';
import { type WriteIndexOptions, writeIndex } from './write-index.ts';

let workDir = '';
beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'freezer-index-'));
});
afterAll(() => rm(workDir, { recursive: true }));

/** The items in two batches. */
async function* each<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  const half = items.length >> 1;
  yield items.slice(0, half);
  yield items.slice(half);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function written(entries: readonly IndexEntry[], options: Partial<WriteIndexOptions> = {}) {
  const index = writeIndex(each(entries), { workDir, replacesAll: false, ...options });
  return { bytes: Buffer.concat(await all(index.stream)), counts: index.counts() };
}

async function* inChunks(bytes: Uint8Array, size = 1000): ByteStream & AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

const entriesOf = (bytes: Uint8Array, options: ReadIndexOptions = {}): Promise<IndexEntry[]> => all(readIndex(inChunks(bytes), options).entries);

const file = (path: string, size = 1): HeldEntry => ({
  kind: 'held',
  path,
  type: 'file',
  size,
  mtimeNs: 1_795_243_884_123_456_789n,
  mode: 0o640,
  uid: 1000,
  gid: 100,
});
const gz = (...lines: readonly string[]): Buffer => gzipSync(lines.map((line) => `${line}\n`).join(''));
const HEADER = '{"format":1,"replaces_all":true}';
const numbered = (count: number): HeldEntry[] => Array.from({ length: count }, (_, at) => file(`dir/${String(at).padStart(7, '0')}`, at));

describe('writeIndex', () => {
  it('makes a gzip file of a header, lines sorted by bytes, and a trailer', async () => {
    const { bytes } = await written(
      [file('b'), { kind: 'deleted', path: 'a/z' }, file('\xff'), file('a-b'), { kind: 'skipped', path: 'a', reason: 'changed' }],
      { replacesAll: true },
    );
    const lines = gunzipSync(bytes).toString().split('\n');
    expect(lines.shift()).toBe(HEADER);
    expect(lines.pop()).toBe('');
    expect(lines.pop()).toBe('{"end":true,"lines":5}');
    expect(lines.map((line) => Object.values(JSON.parse(line) as object)[0])).toEqual(['a', 'a-b', 'a/z', 'b', '%FF']);
  });

  it('gathers about 1 MiB of lines into each gzip member', async () => {
    const { bytes } = await written(numbered(30_000));
    const text = gunzipSync(bytes);
    let members = 0;
    for (let at = bytes.indexOf('\x1f\x8b\x08\0', 0, 'latin1'); at >= 0; at = bytes.indexOf('\x1f\x8b\x08\0', at + 4, 'latin1')) members += 1;
    expect(members).toBe(Math.ceil(text.length / (1024 * 1024 + 50)));
    expect(members).toBeGreaterThan(1);
  });

  it('keeps the later of two entries of one path, and held rather than deleted', async () => {
    const { bytes, counts } = await written([
      file('twice', 10),
      { kind: 'deleted', path: 'both' },
      { kind: 'skipped', path: 'both', reason: 'changed', detail: 'first' },
      file('both', 5),
      { kind: 'deleted', path: 'both' },
      { kind: 'skipped', path: 'both', reason: 'changed', detail: 'second' },
      { kind: 'skipped', path: 'both', reason: 'attributes' },
      { ...file('twice', 3), type: 'directory' },
    ]);
    expect(await entriesOf(bytes)).toEqual([
      file('both', 5),
      { kind: 'skipped', path: 'both', reason: 'attributes' },
      { kind: 'skipped', path: 'both', reason: 'changed', detail: 'second' },
      { ...file('twice', 3), type: 'directory' },
    ]);
    expect(counts).toMatchObject({ lines: 4, files: 1, directories: 1, deleted: 0, bytes: 8, skipped: { changed: 1, attributes: 1 } });
  });

  it('counts what it wrote', async () => {
    const { counts } = await written([
      file('a', 10),
      { ...file('b', 0), type: 'directory' },
      { ...file('c', 0), type: 'symlink', target: 'a' },
      { ...file('d', 0), type: 'link', target: 'a' },
      { ...file('e', 0), type: 'fifo' },
      { kind: 'deleted', path: 'f' },
      ...Array.from({ length: 120 }, (_, at): IndexEntry => ({ kind: 'skipped', path: `s${String(999 - at)}`, reason: at === 0 ? 'socket' : 'unreadable' })),
    ]);
    expect(counts).toMatchObject({ lines: 126, files: 1, directories: 1, links: 2, others: 1, deleted: 1, bytes: 10, skipped: { socket: 1, unreadable: 119 } });
    expect(counts.firstSkipped).toHaveLength(100);
    expect(counts.firstSkipped[0]).toEqual({ kind: 'skipped', path: 's880', reason: 'unreadable' });
  });

  it('has no counts before the end', () => {
    expect(() => writeIndex(each([]), { workDir, replacesAll: false }).counts()).toThrow(TypeError);
  });

  it('refuses what no reader would take', async () => {
    await expect(written([file('a\0b')])).rejects.toMatchObject({ code: 'invalid' });
    await expect(written([file('a'.repeat(1024 * 1024))])).rejects.toMatchObject({ code: 'too_large' });
  });

  it('lets the failure of the entries through and leaves no file', async () => {
    const failing = (async function* (): AsyncGenerator<readonly IndexEntry[]> {
      yield [file('a')];
      throw new FreezerError('unexpected', 'tar: listing is cut off');
    })();
    await expect(all(writeIndex(failing, { workDir, replacesAll: false }).stream)).rejects.toMatchObject({ code: 'unexpected' });
    expect(await readdir(workDir)).toEqual([]);
  });
});

describe('readIndex', () => {
  it('gives back what was written, sorted, also of many frames and an empty index', async () => {
    const entries = numbered(30_000);
    expect(await entriesOf((await written(entries.toReversed())).bytes)).toEqual(entries);
    expect(await entriesOf((await written([])).bytes)).toEqual([]);
  });

  it('gives back any paths in the order of their bytes', async () => {
    const path = fc.uint8Array({ min: 1, minLength: 1, maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { maxLength: 30 }), async (paths) => {
        const read = await entriesOf((await written(paths.map((name) => file(name)))).bytes);
        const byBytes = paths.map((name) => Buffer.from(name, 'latin1')).sort(Buffer.compare);
        expect(read.map((entry) => entry.path)).toEqual(byBytes.map((name) => name.toString('latin1')));
      }),
      { numRuns: 50 },
    );
  });

  it('tells the header before, during and after the entries', async () => {
    const { bytes } = await written([file('a')], { replacesAll: true });
    const reader = readIndex(inChunks(bytes));
    expect(await reader.header()).toEqual({ replacesAll: true });
    expect(await all(reader.entries)).toEqual([file('a')]);
    expect(await reader.header()).toEqual({ replacesAll: true });
  });

  it('reads an encrypted index with its key only', async () => {
    const key = { chainKey: Buffer.alloc(32, 7), identity: 'host_name/1/0_1' };
    const { bytes } = await written([file('secret-name')], { key });
    expect(bytes.includes('secret-name')).toBe(false);
    expect(await entriesOf(bytes, { key })).toEqual([file('secret-name')]);
    await expect(entriesOf(bytes)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(entriesOf(bytes, { key: { ...key, identity: 'host_name/1/1_2' } })).rejects.toMatchObject({ code: 'corrupt' });
    await expect(entriesOf(bytes, { key: { ...key, chainKey: Buffer.alloc(32, 8) } })).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('refuses an index that is cut anywhere', async () => {
    const { bytes } = await written([file('a'), file('b')]);
    for (let length = 0; length < bytes.length; length += 1) await expect(entriesOf(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'corrupt' });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'cannot be decompressed (unexpected end of file)'],
    ['no gzip', Buffer.from('plain text, and enough of it'), 'cannot be decompressed'],
    ['no header', gz('{"p":"a","t":"-"}'), 'does not begin with a header line'],
    ['a missing trailer', gz(HEADER, '{"p":"a","t":"-"}'), 'is cut off after 1 lines'],
    ['a wrong count', gz(HEADER, '{"end":true,"lines":1}'), 'holds 0 lines, but its last line says 1'],
    ['lines after the trailer', gz(HEADER, '{"end":true,"lines":0}', '{"p":"a","t":"-"}'), 'goes on after its last line'],
    ['wrong order', gz(HEADER, '{"p":"b","t":"-"}', '{"p":"a","t":"-"}', '{"end":true,"lines":2}'), 'is not in the order of the paths'],
    ['a malformed line', gz(HEADER, '{"p":"b"', '{"end":true,"lines":1}'), 'line 2: is no JSON object'],
    ['a bomb', gzipSync(Buffer.alloc(3 * 1024 * 1024, 'a')), 'a line is longer than'],
  ])('refuses %s', async (_name, bytes, reason) => {
    await expect(entriesOf(bytes)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(reason), details: { object: 'index' } });
  });

  it('says that a newer format is unknown', async () => {
    await expect(entriesOf(gz('{"format":2,"replaces_all":true}', '{"end":true,"lines":0}'))).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('counts lines of an unknown kind, and passes over them', async () => {
    expect(await entriesOf(gz(HEADER, '{"t":"new"}', '{"p":"a","t":"-"}', '{"end":true,"lines":2}'))).toEqual([{ kind: 'deleted', path: 'a' }]);
  });

  it('lets an error of the storage through', async () => {
    const { bytes } = await written(numbered(1000));
    const failing = (async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 500);
      throw new FreezerError('unavailable', 'get index: the connection broke');
    })();
    await expect(all(readIndex(failing).entries)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('stops with the reason of the signal', async () => {
    const { bytes } = await written(numbered(10));
    const reason = new FreezerError('aborted', 'restore: interrupted');
    await expect(entriesOf(bytes, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(written(numbered(10), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.each(['leaving the entries', 'closing after the header', 'leaving entries that were never begun'])('lets go of the stream on %s', async (how) => {
    const { bytes } = await written(numbered(30_000));
    let released = false;
    const body = (async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* inChunks(bytes);
      } finally {
        released = true;
      }
    })();
    const reader = readIndex(body);
    await reader.header();
    if (how === 'leaving the entries') for await (const entry of reader.entries) if (entry.path !== '') break;
    if (how === 'leaving entries that were never begun') await reader.entries[Symbol.asyncIterator]().return?.();
    await reader.close();
    await reader.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(released).toBe(true);
  });
});
