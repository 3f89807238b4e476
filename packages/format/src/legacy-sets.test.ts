import { type ByteStream, collect, FreezerError, once, SILENT } from '@freezer/core';
import { CaptureLogger, createMemoryPlace, MemoryStorage } from '@freezer/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { listSets, readCatalog } from './catalog.ts';
import { LegacySets } from './legacy-sets.ts';

const OLD = {
  'web_1_etc/1400000000/web_1_etc_1400000000_0': 'full',
  'web_1_etc/1400000000/tar_metadata_web_1_etc_1400000000_0': 'state 0',
  'web_1_etc/1400000000/web_1_etc_1400086400_1': 'increment',
  'web_1_etc/1400500000/web_1_etc_1400500000_0': 'another full',
  // Strangers.
  'web_1_etc/readme': 'x',
  'web_1_etc/1400000000/other_host_1400000000_0': 'x',
  'photos/2014/beach.jpg': 'x',
  'photos/1400000000/beach_1_2.jpg': 'x',
};

let inner: MemoryStorage;
let storage: LegacySets;
beforeEach(async () => {
  inner = new MemoryStorage(createMemoryPlace());
  await inner.prepare();
  for (const [key, text] of Object.entries(OLD)) await inner.put(key, once(Buffer.from(text)));
  storage = new LegacySets(inner, { logger: SILENT });
});

const text = async (stream: ByteStream): Promise<string> => (await collect(stream, { maxBytes: 1000 })).toString();

describe('sets of releases before 2016', () => {
  it('are found by name, and strangers are not', async () => {
    await inner.put('metadata/tar/new_set/1500000000/0_1500000000/metadata', once(Buffer.from('{}')));
    expect(await listSets(storage)).toEqual([
      { engine: 'tar', set: 'new_set' },
      { engine: 'tar', set: 'web_1_etc' },
    ]);
  });

  it('have chains with committed levels', async () => {
    const { chains, strangers } = await readCatalog(storage, 'tar', 'web_1_etc');
    expect(strangers).toEqual([]);
    expect(
      chains.map(({ t0, levels }) => ({ t0, levels: levels.map(({ id, committed, objects }) => [id.level, id.t, committed, [...objects.keys()].toSorted()]) })),
    ).toEqual([
      {
        t0: 1_400_000_000,
        levels: [
          [0, 1_400_000_000, true, ['data', 'engine_metadata', 'metadata']],
          [1, 1_400_086_400, true, ['data', 'metadata']],
        ],
      },
      { t0: 1_400_500_000, levels: [[0, 1_400_500_000, true, ['data', 'metadata']]] },
    ]);
  });

  it('are read under the names of today', async () => {
    const folder = 'tar/web_1_etc/1400000000/0_1400000000';
    expect(await text(storage.get(`data/${folder}/data`))).toBe('full');
    expect(await text(storage.get(`data/${folder}/engine_metadata`))).toBe('state 0');
    expect(JSON.parse(await text(storage.get(`metadata/${folder}/metadata`)))).toEqual({ engine_name: 'tar' });
    expect(await storage.stat(`data/${folder}/data`)).toMatchObject({ key: `data/${folder}/data`, size: 4 });
    expect(await storage.stat(`data/${folder}/manifest`)).toBeUndefined();
    await expect(text(storage.get('data/tar/web_1_etc/1400000000/2_1400086400/data'))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('do not hide what the layout of today has', async () => {
    const key = 'data/tar/web_1_etc/1400000000/0_1400000000/data';
    await inner.put(key, once(Buffer.from('of today')));
    expect(await text(storage.get(key))).toBe('of today');
    expect(await storage.stat(key)).toMatchObject({ size: 8 });
  });

  it('are listed although a folder beside them may not be read, and that is said', async () => {
    const logger = new CaptureLogger();
    const locked = new LegacySets(
      new (class extends MemoryStorage {
        override async *children(prefix: string): AsyncGenerator<{ name: string; isFolder: boolean }> {
          if (prefix === 'photos') throw new FreezerError('permission_denied', 'photos: Permission denied');
          yield* super.children(prefix);
        }
      })(createMemoryPlace()),
      { logger },
    );
    for (const [key, value] of Object.entries(OLD)) await locked.put(key, once(Buffer.from(value)));
    expect(await listSets(locked)).toEqual([{ engine: 'tar', set: 'web_1_etc' }]);
    expect(logger.lines).toHaveLength(1);
  });
});
