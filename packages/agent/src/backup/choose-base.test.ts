import { objectKey, type Source, type SourceLease } from '@freezer/core';
import { LevelReader, readCatalog } from '@freezer/format';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RestoreLab, SET, T0 } from '../restore/restore-lab.fixture.ts';
import type { RunContext } from '../run-context.ts';
import type { BackupRequest } from './backup-request.ts';
import { type BackupPlan, chooseBase } from './choose-base.ts';

let lab: RestoreLab;
beforeEach(async () => {
  lab = await RestoreLab.make();
  await lab.write(lab.source, { a: 'f 1' });
});
afterEach(() => lab.remove());

const never = (): Promise<never> => Promise.reject(new TypeError('nothing is opened to choose a base'));
const source: Source = { kind: 'path', open: never };
const LEASE: SourceLease = {
  kind: 'path',
  resource: '/source',
  description: '/source',
  release: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
const PASSPHRASE = Buffer.from('a passphrase of some length');

function requestOf(change: Partial<BackupRequest>): BackupRequest {
  return {
    set: SET,
    source,
    mode: { name: 'fs', acquire: never },
    compression: 'gzip',
    encryption: undefined,
    levels: { incremental: true },
    shape: { exclude: [], dereference: undefined },
    suspiciousBelowPercent: 10,
    waitSeconds: 0,
    force: false,
    dryRun: false,
    clientVersion: '0.0.0',
    ...change,
  };
}

async function choose(change: Partial<BackupRequest> = {}, context: Partial<RunContext> = {}): Promise<BackupPlan> {
  const { storage, keyring, passphrases, logger } = lab.context;
  const catalog = await readCatalog(storage, 'tar', 'alpha_home');
  return chooseBase({ ...lab.context, ...context }, requestOf(change), catalog, new LevelReader({ storage, catalog, keyring, passphrases, logger }), LEASE);
}

const key = (level: number, name: 'data' | 'index' | 'metadata' | 'started') => objectKey('tar', 'alpha_home', lab.id(level), name);

describe('the next level', () => {
  it('of a new set is a full', async () => {
    expect(await choose()).toMatchObject({ level: 0, reason: 'no earlier backup', base: undefined, chain: undefined, earliest: T0 });
  });

  it.each(['pythonLevel', 'ownLevel'] as const)('stands upon the newest, one second later (%s)', async (make) => {
    await lab[make]();
    await lab[make]();
    const plan = await choose();
    expect(plan).toMatchObject({ level: 2, earliest: T0 + 2 });
    expect(plan.base?.level.id).toEqual(lab.id(1));
  });

  it('is a full where the engine can make no increments, and says so', async () => {
    await lab.ownLevel();
    const { engine } = lab.context;
    const plan = await choose({}, { engine: { ...engine, capabilities: { ...engine.capabilities, incremental: false } } });
    expect(plan).toMatchObject({ level: 0, base: undefined });
    expect(plan.reason).toContain('makes no increments on this host');
  });

  it('is a full when nothing asks for an increment, or a limit is reached', async () => {
    await lab.ownLevel();
    expect(await choose({ levels: {} })).toMatchObject({ level: 0, base: undefined });
    expect(await choose({ levels: { maxLevel: 1, noIncremental: true } })).toMatchObject({ level: 0 });
    await lab.ownLevel();
    expect(await choose({ levels: { maxLevel: 1 } })).toMatchObject({ level: 0, reason: 'max_level 1 is reached' });
    expect(await choose({ levels: { alwaysLevel: 1 } })).toMatchObject({ level: 1 });
  });

  it('is a full when the base is damaged, and that is said', async () => {
    await lab.ownLevel();
    lab.storage.objects.set(key(0, 'index'), Buffer.from('damaged'));
    expect(await choose()).toMatchObject({ level: 0, base: undefined, reason: expect.stringContaining('cannot be restored') });
    expect(lab.warnings).toHaveLength(2);
  });

  it('is a full when the data of the base are missing', async () => {
    await lab.pythonLevel();
    lab.storage.objects.delete(key(0, 'data'));
    expect((await choose()).level).toBe(0);
  });

  it.each(['pythonLevel', 'ownLevel'] as const)('is a full when a pass file comes into the chain (%s)', async (make) => {
    await lab[make]();
    const plan = await choose({ encryption: { algorithm: 'aes-256-cfb', passphrase: PASSPHRASE, hideNames: false } });
    expect(plan).toMatchObject({ level: 0, reason: 'the chain is not encrypted, and a pass file was given' });
  });

  it('is a full when the pass file is missing or another', async () => {
    await lab.pythonLevel();
    lab.storage.objects.set(key(0, 'metadata'), Buffer.from('{"engine_name": "tar", "compression": "gzip", "encryption": true}'));
    expect((await choose()).reason).toBe('the chain is encrypted, and no pass file was given');
    lab.storage.objects.set(key(0, 'data'), Buffer.concat([Buffer.from('Salted__'), Buffer.alloc(4096, 7)]));
    const other = await choose({ encryption: { algorithm: 'aes-256-cfb', passphrase: PASSPHRASE, hideNames: false } });
    expect(other).toMatchObject({ level: 0, reason: expect.stringContaining('another passphrase') });
  });

  it('is later than that of a run at work', async () => {
    await lab.ownLevel();
    const id = { t0: T0, level: 1, t: T0 + 100 };
    lab.storage.objects.set(objectKey('tar', 'alpha_home', id, 'started'), Buffer.from('{}'));
    expect(await choose()).toMatchObject({ level: 1, earliest: T0 + 101 });
  });

  it('is refused with a clock that is far behind, unless forced', async () => {
    await lab.ownLevel();
    const context = { now: () => T0 - 301 };
    await expect(choose({}, context)).rejects.toMatchObject({ code: 'conflict' });
    expect((await choose({ force: true }, context)).earliest).toBe(T0 + 1);
  });

  it('does not hide that the storage cannot be reached', async () => {
    await lab.ownLevel();
    lab.storage.get = () => {
      throw Object.assign(new Error('out of reach'), { code: 'ECONNRESET' });
    };
    await expect(choose()).rejects.toThrow('out of reach');
  });
});
