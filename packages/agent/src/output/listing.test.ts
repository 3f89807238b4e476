import { FreezerError } from '@freezer/core';
import { expect, test } from '@jest/globals';
import { listing } from './listing.ts';

async function* failsAfter(items: readonly string[]): AsyncGenerator<string> {
  yield* items;
  throw new FreezerError('corrupt', 'the next one cannot be read');
}

test.each([
  [['a', 'b'], 'a\nb\n'],
  [[], ''],
])('what was found before a failure is printed: %j', async (items, expected) => {
  const { text } = listing({ items: () => failsAfter(items), text: (item) => `${item}\n`, json: (item) => item, nothing: 'nothing\n' });
  let printed = '';
  const print = async (): Promise<void> => {
    for await (const part of text as AsyncIterable<string>) printed += part;
  };
  await expect(print()).rejects.toMatchObject({ code: 'corrupt' });
  expect(printed).toBe(expected);
});
