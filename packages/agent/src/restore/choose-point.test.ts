import { FreezerError, type ObjectName, objectKey } from '@freezer/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { choosePoint } from './choose-point.ts';
import { RestoreLab, T0 } from './restore-lab.fixture.ts';
import type { RestoreRequest } from './restore-request.ts';

let lab: RestoreLab;
beforeEach(async () => {
  lab = await RestoreLab.make();
  await lab.write(lab.source, { a: 'f 1' });
});
afterEach(() => lab.remove());

const levelsOf = async (change: Partial<RestoreRequest> = {}) =>
  (await choosePoint(lab.context, lab.request('/target', change))).levels.map(({ level }) => level.id);

async function codeOf(change: Partial<RestoreRequest> = {}): Promise<string> {
  try {
    await levelsOf(change);
    return 'none';
  } catch (error) {
    return FreezerError.is(error) ? error.code : 'foreign';
  }
}

const keyOf = (level: number, name: ObjectName): string => objectKey('tar', 'alpha_home', lab.id(level), name);

describe('the point', () => {
  it('is the newest, or the newest at a time, with all that it stands upon', async () => {
    for (let level = 0; level < 3; level += 1) await lab.ownLevel();
    expect(await levelsOf()).toEqual([lab.id(0), lab.id(1), lab.id(2)]);
    expect(await levelsOf({ at: T0 + 1 })).toEqual([lab.id(0), lab.id(1)]);
    expect(await levelsOf({ at: T0 })).toEqual([lab.id(0)]);
    expect(await codeOf({ at: T0 - 1 })).toBe('not_found');
  });

  it('of a set that is not there is not found', async () => {
    expect(await codeOf()).toBe('not_found');
    await lab.ownLevel();
    expect(await codeOf({ set: { engine: 'tar', host: 'alpha', name: 'hom' } })).toBe('not_found');
    expect(await codeOf({ set: { engine: 'rsync', host: 'alpha', name: 'home' } })).toBe('not_found');
  });

  it('is no level without metadata', async () => {
    await lab.ownLevel();
    await lab.ownLevel();
    lab.storage.objects.delete(keyOf(1, 'metadata'));
    expect(await levelsOf()).toEqual([lab.id(0)]);
  });

  it('is refused when a level below is missing', async () => {
    for (let level = 0; level < 3; level += 1) await lab.ownLevel();
    lab.storage.objects.delete(keyOf(1, 'metadata'));
    expect(await codeOf()).toBe('corrupt');
    expect(await codeOf({ at: T0 })).toBe('none');
  });

  it.each(['index', 'pieces', 'engine_metadata', 'metadata', 'manifest'] as const)('is refused when %s of a level was altered', async (name) => {
    await lab.ownLevel();
    await lab.ownLevel();
    lab.storage.objects.set(keyOf(0, name), Buffer.from('{"engine_name": "tar"}'));
    expect(await codeOf()).toBe('corrupt');
  });

  it.each(['index', 'pieces', 'engine_metadata', 'data'] as const)('is refused when %s of a level is missing', async (name) => {
    await lab.ownLevel();
    lab.storage.objects.delete(keyOf(0, name));
    expect(await codeOf()).toBe('corrupt');
  });

  it('is refused when a level was exchanged for another', async () => {
    await lab.ownLevel();
    await lab.ownLevel();
    for (const name of ['manifest', 'metadata', 'index', 'pieces', 'data', 'engine_metadata'] as const) {
      lab.storage.objects.set(keyOf(1, name), lab.storage.objects.get(keyOf(0, name)) ?? Buffer.alloc(0));
    }
    expect(await codeOf()).toBe('corrupt');
  });

  it('that Python Freezer made is taken with a warning, and refused where only authenticated ones are wanted', async () => {
    await lab.pythonLevel();
    await lab.ownLevel();
    expect(await levelsOf()).toEqual([lab.id(0), lab.id(1)]);
    expect(lab.warnings).toHaveLength(1);
    expect(await codeOf({ trust: { allowUnauthenticated: false, requireAuthenticated: true } })).toBe('unauthenticated');
  });
});
