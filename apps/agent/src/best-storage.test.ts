import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, FreezerError } from '@freezer/core';
import type { Fault } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CopyBench } from '../test-support/copy-bench.ts';
import { PLUGINS } from './plugins.ts';
import type { RanHere } from './run-here.fixture.ts';

let bench: CopyBench;
beforeEach(async () => {
  bench = new CopyBench();
  mkdirSync(bench.source);
  writeFileSync(join(bench.source, 'file'), 'first');
  await backup('near');
  await bench.copy();
});
afterEach(() => bench[Symbol.dispose]());

const backup = (end: 'near' | 'far', ...options: readonly string[]) =>
  bench.at(end, 'backup', '-F', bench.source, '--nosync', '--compression', 'none', '--suspicious-below', '0', ...options);

const target = (): string => bench.here.path('target');
const restore = (options: readonly string[] = [], faults: Parameters<CopyBench['both']>[1] = {}): Promise<RanHere> =>
  bench.both(['restore', '--restore-abs-path', target(), ...options], faults);
const restoredFile = (): string => readFileSync(join(target(), 'file'), 'utf8');
const goneOn = (): boolean => bench.here.log().includes('the next one is read');

/** As when the disk of the target is full. */
function fullTarget(): void {
  const engines = PLUGINS.engines.map(({ kind, load }) => ({
    kind,
    load: async () => {
      const plugin = await load();
      const open = async (...given: Parameters<typeof plugin.open>): Promise<Engine> => {
        const engine = await plugin.open(...given);
        const fail = () => Promise.reject(new FreezerError('unavailable', 'the target is full'));
        return Object.create(engine, { name: { value: engine.name }, capabilities: { value: engine.capabilities }, restore: { value: fail } });
      };
      return { kind, settings: plugin.settings, open };
    },
  }));
  bench.here.plugins = { ...bench.here.plugins, engines };
}

/** Level zero at both ends becomes one of Python's, encrypted with a passphrase that nobody knows. */
function makeForeign(): void {
  for (const end of ['near', 'far'] as const) {
    const objects = bench.objectsAt(end);
    for (const [key, object] of objects) {
      if (key.endsWith('/data')) objects.set(key, { ...object, bytes: Buffer.concat([Buffer.from('Salted__'), Buffer.alloc(4096, 7)]) });
      else if (key.endsWith('/metadata')) objects.set(key, { ...object, bytes: Buffer.from('{"compression": "gzip", "encryption": true}') });
      else objects.delete(key);
    }
  }
}

describe('what another storage cannot make good ends a restore at once', () => {
  test('a target that is full', async () => {
    fullTarget();
    expect(await restore()).toMatchObject({ code: 1, complaints: 'Critical Error: the target is full\n' });
    expect(goneOn()).toBe(false);
  });

  test('a --path that is not in the backup', async () => {
    expect(await restore(['--path', 'nowhere'])).toMatchObject({
      code: 1,
      complaints: 'Critical Error: restore: nowhere: the backup holds no such path; show lists them\n',
    });
    expect(goneOn()).toBe(false);
  });

  test('a checksum that differs', async () => {
    expect((await restore(['--consistency-checksum', 'a'.repeat(64)])).complaints).toMatch(/^Critical Error: Backup Consistency Check failed: [^\n]+\n$/);
    expect(goneOn()).toBe(false);
  });

  test("a passphrase that does not fit a set of Python's; verify calls it damaged all the same", async () => {
    makeForeign();
    const pass = bench.here.path('pass');
    writeFileSync(pass, 'of somebody else altogether', { mode: 0o600 });
    const ran = await restore(['--encrypt-pass-file', pass]);
    expect(ran).toMatchObject({ code: 1, complaints: expect.stringMatching(/^Critical Error: data of 0_\d+ [^\n]*: wrong passphrase, or it was altered\n$/) });
    expect(goneOn()).toBe(false);
    expect((await bench.both(['verify', '--encrypt-pass-file', pass])).out).toContain('DAMAGED');
    expect(existsSync(target())).toBe(false);
  });
});

describe('a restore goes on with the next storage', () => {
  test.each([
    ['refuses the data', 'before'],
    ['breaks off', 'after'],
  ] as const)('when one %s', async (_what, kind) => {
    const fault = { operation: 'get', key: /\/data$/, kind, error: new FreezerError('unavailable', 'near went away') } as const;
    expect(await restore([], { near: [fault] })).toMatchObject({ code: 0, complaints: '' });
    expect([restoredFile(), goneOn()]).toEqual(['first', true]);
  });

  test.each(['permission_denied', 'unexpected'] as const)('when one fails with %s', async (code) => {
    const fault = { operation: 'get', key: /\/data$/, kind: 'before', error: new FreezerError(code, 'near says no') } as const;
    expect(await restore([], { near: [fault] })).toMatchObject({ code: 0, complaints: '' });
    expect([restoredFile(), goneOn()]).toEqual(['first', true]);
  });

  test('when the point is removed from one after it was chosen', async () => {
    let looks = 0;
    const fault: Fault = {
      operation: 'list',
      kind: 'delay',
      get until() {
        looks += 1;
        // The first look chose the storage.
        if (looks === 2) bench.objectsAt('near').clear();
        return Promise.resolve();
      },
    };
    expect(await restore([], { near: [fault] })).toMatchObject({ code: 0, complaints: '' });
    expect([looks, restoredFile(), goneOn()]).toEqual([3, 'first', true]);
  });

  test('and tells which gave it, and which could not', async () => {
    const storage = (name: string) => ({ name, storage: 'local', container: bench.here.path(name) });
    expect(JSON.parse((await restore(['--json'])).out)).toMatchObject({ storages: [{ ...storage('near'), result: 'success' }] });
    const fault = { operation: 'get', key: /\/data$/, kind: 'before', error: new FreezerError('unavailable', 'near went away') } as const;
    expect(JSON.parse((await restore(['--overwrite', '--json'], { near: [fault] })).out)).toMatchObject({
      result: 'success',
      storages: [
        { ...storage('near'), result: 'fail', reason: expect.stringContaining('near went away') },
        { ...storage('far'), result: 'success' },
      ],
    });
    bench.objectsAt('near').clear();
    const { out } = await restore(['--overwrite']);
    expect(out).toMatch(/^restored here_set [^\n]*\nfrom storage: far\nstorage near could not give it: No matching backup name [^\n]*\n$/);
  });

  test('with the point that was begun, though the next one has a newer by then', async () => {
    writeFileSync(join(bench.source, 'file'), 'second');
    const fault: Fault = {
      operation: 'get',
      key: /\/data$/,
      kind: 'delay',
      get until() {
        return backup('far').then(() => undefined);
      },
    };
    for (const [key, object] of bench.objectsAt('near')) {
      if (key.endsWith('/data')) bench.objectsAt('near').set(key, { ...object, bytes: Buffer.alloc(object.bytes.length, 'x') });
    }
    expect(await restore([], { near: [fault] })).toMatchObject({ code: 0, complaints: '' });
    expect([restoredFile(), goneOn(), bench.visibleAt('far').length]).toEqual(['first', true, 2]);
  });
});
