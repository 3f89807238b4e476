import { expect, test } from '@jest/globals';
import { partsOf, sizeOfPart } from './parts.ts';

const stream = (chunks: readonly Buffer[]) => ({
  async *[Symbol.asyncIterator]() {
    yield* chunks;
  },
});

const cut = async (chunks: readonly Buffer[], partBytes: number): Promise<string[]> => {
  const parts: string[] = [];
  for await (const part of partsOf(stream(chunks), partBytes)) parts.push(part.toString());
  return parts;
};

test.each([
  [[], ['']],
  [['', ''], ['']],
  [['ab'], ['ab']],
  [['abc', 'd'], ['abcd']],
  [
    ['abcd', '', 'e'],
    ['abcd', 'e'],
  ],
  [['abcdefgh'], ['abcd', 'efgh']],
  [
    ['a', 'bcdefghi'],
    ['abcd', 'efgh', 'i'],
  ],
])('%j in parts of 4 is %j: none is empty but that of nothing', async (chunks, parts) => {
  expect(
    await cut(
      chunks.map((text) => Buffer.from(text)),
      4,
    ),
  ).toEqual(parts);
});

test('10 000 parts of 32 MiB hold more than 1 TiB, because later ones are larger', () => {
  let bytes = 0;
  for (let number = 1; number <= 10_000; number += 1) bytes += sizeOfPart(number, 33_554_432);
  expect([sizeOfPart(2500, 10), sizeOfPart(2501, 10), sizeOfPart(10_000, 10)]).toEqual([10, 20, 80]);
  expect(bytes).toBeGreaterThan(1024 ** 4);
});
