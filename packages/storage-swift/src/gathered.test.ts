import { expect, test } from '@jest/globals';
import { gathered } from './gathered.ts';

const KIB = 1024;

async function sizesOf(chunks: readonly number[], failure?: Error): Promise<readonly (number | string)[]> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const size of chunks) yield Buffer.alloc(size * KIB, 1);
    if (failure) throw failure;
  }
  const seen: (number | string)[] = [];
  try {
    for await (const chunk of gathered(bytes())) seen.push(chunk.length / KIB);
  } catch (error) {
    seen.push(error === failure ? 'failed' : 'wrong');
  }
  return seen;
}

test.each([
  [[], []],
  [[64, 64], [128]],
  [Array.from({ length: 20 }, () => 64), [512, 512, 256]],
  [[1300], [512, 512, 276]],
  [[512], [512]],
])('%j KiB come as %j', async (chunks, expected) => {
  expect(await sizesOf(chunks)).toEqual(expected);
});

test('what came before a failure is given before it', async () => {
  expect(await sizesOf([512, 64], new Error('cut'))).toEqual([512, 64, 'failed']);
});
