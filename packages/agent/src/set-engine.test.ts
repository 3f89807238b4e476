import { once, type Storage } from '@freezer/core';
import { CaptureLogger, MemoryStorage } from '@freezer/testing';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { engineOfSet } from './set-engine.ts';

let storage: Storage;
let logger: CaptureLogger;
beforeEach(() => {
  storage = new MemoryStorage();
  logger = new CaptureLogger();
});

const put = (engine: string, set: string) => storage.put(`data/${engine}/${set}/1795243884/0_1795243884/data`, once(Buffer.from('x')));
const engineOf = (name: string, engines: readonly string[] = ['tar', 'stream']) => engineOfSet({ storage, engines, host: 'h', name, logger });

describe('the engine of a set', () => {
  test('is the one that has it', async () => {
    await put('tar', 'h_files');
    await put('stream', 'h_dump');
    expect(await engineOf('files')).toBe('tar');
    expect(await engineOf('dump')).toBe('stream');
    expect(logger.lines).toEqual([]);
  });

  test('is the preferred one where there is none, and for a set that only lies in the folder of another', async () => {
    await put('stream', 'h_a/b');
    expect(await engineOf('none')).toBe('tar');
    expect(await engineOf('a')).toBe('tar');
    expect(await engineOf('a/b')).toBe('stream');
  });

  test('is the preferred one where both have it, and that is said', async () => {
    await put('tar', 'h_both');
    await put('stream', 'h_both');
    expect(await engineOf('both')).toBe('tar');
    expect(logger.lines.map(({ message }) => message)).toEqual([expect.stringContaining('that of tar is meant, others are named by --engine')]);
    expect(await engineOf('both', ['stream'])).toBe('stream');
  });
});
