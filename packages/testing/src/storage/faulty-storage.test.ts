import { FreezerError } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { readAll, textBody } from '../sample-bytes.ts';
import { FaultyStorage } from './faulty-storage.ts';
import { MemoryStorage } from './memory-storage.ts';
import { caught, expectCode, keysOf } from './storage-bench.ts';

describe('FaultyStorage', () => {
  it('fails the k-th matching call before anything is done', async () => {
    const error = new FreezerError('unavailable', 'gone');
    const storage = new FaultyStorage(new MemoryStorage(), [{ operation: 'put', call: 2, key: /^a/, kind: 'before', error }]);
    await storage.put('a1', textBody('x'));
    await storage.put('b', textBody('x'));
    expect(storage.pending).toHaveLength(1);
    await expectCode(async () => await storage.put('a2', textBody('x')), 'unavailable');
    expect(storage.pending).toEqual([]);
    await storage.put('a3', textBody('x'));
    expect(await keysOf(storage)).toEqual(['a1', 'a3', 'b']);
    expect(storage.calls).toEqual(['put a1', 'put b', 'put a2', 'put a3', 'list ']);
  });

  it('fails after the commit', async () => {
    const storage = new FaultyStorage(new MemoryStorage(), [{ operation: 'put', kind: 'after' }]);
    expect(await caught(async () => await storage.put('a', textBody('done')))).toMatchObject({ message: 'fault' });
    expect((await readAll(storage.get('a'))).toString()).toBe('done');
  });

  it('truncates what is written and what is read', async () => {
    const storage = new FaultyStorage(new MemoryStorage(), [
      { operation: 'put', kind: 'truncate', bytes: 5 },
      { operation: 'get', kind: 'truncate', bytes: 3 },
    ]);
    await storage.put('a', textBody('1234567'));
    expect((await readAll(storage.get('a'))).toString()).toBe('123');
    expect((await readAll(storage.get('a'))).toString()).toBe('12345');
  });

  it('waits, and does things twice', async () => {
    let go = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      go = resolve;
    });
    const inner = new MemoryStorage();
    const storage = new FaultyStorage(inner, [
      { operation: 'stat', kind: 'delay', until },
      { operation: 'put', kind: 'twice' },
      { operation: 'list', kind: 'twice' },
    ]);
    const waiting = storage.stat('a');
    await storage.put('a', textBody('same'));
    expect(await keysOf(storage)).toEqual(['a', 'a']);
    go();
    expect(await waiting).toMatchObject({ size: 4 });
  });
});
