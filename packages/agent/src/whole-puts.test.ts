import { FreezerError, messageOf } from '@freezer/core';
import { type Fault, FaultyStorage, MemoryStorage, readAll, textBody } from '@freezer/testing';
import { describe, expect, test } from '@jest/globals';
import { WholePuts } from './whole-puts.ts';

const store = (...faults: readonly Fault[]): WholePuts => new WholePuts(new FaultyStorage(new MemoryStorage(), faults));
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a put', () => {
  test('of the whole body is what the storage says', async () => {
    const storage = store();
    expect(await storage.put('a', textBody('content'))).toMatchObject({ key: 'a', size: 7 });
    expect(String(await readAll(storage.get('a')))).toBe('content');
  });

  test.each([
    ['all', 0, /stored 0 bytes instead of/],
    ['a part', 3, /stored 3 bytes instead of/],
  ])('of which %s was lost without a word fails, and leaves nothing', async (_, bytes, message) => {
    const storage = store({ operation: 'put', kind: 'truncate', bytes });
    const error = await failureOf(storage.put('a', textBody('content')));
    expect(FreezerError.is(error, 'unavailable')).toBe(true);
    expect(messageOf(error)).toMatch(message);
    expect(await storage.stat('a')).toBeUndefined();
  });

  test('that cannot be undone says the same', async () => {
    const storage = store({ operation: 'put', kind: 'truncate' }, { operation: 'remove', kind: 'before' });
    expect(messageOf(await failureOf(storage.put('a', textBody('content'))))).toContain("put of 'a' stored 0 bytes");
  });
});
