import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteStream } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { type Taker, teeTo } from './tee.ts';

async function* numbers(count: number, seen: { given: number; left: boolean }): ByteStream {
  try {
    for (let index = 0; index < count; index += 1) {
      seen.given += 1;
      yield Uint8Array.of(index % 256);
    }
  } finally {
    seen.left = true;
  }
}

const collect: Taker<number[]> = async (body) => {
  const bytes: number[] = [];
  for await (const chunk of body) bytes.push(...chunk);
  return bytes;
};

const collectSlowly: Taker<number[]> = async (body) => {
  const bytes: number[] = [];
  for await (const chunk of body) {
    bytes.push(...chunk);
    await sleep(1);
  }
  return bytes;
};

const failAfter =
  (count: number, message = 'disk full'): Taker<number[]> =>
  async (body) => {
    let left = count;
    for await (const _chunk of body) if (left-- === 0) throw new Error(message);
    throw new Error(message);
  };

const wanted = (count: number): number[] => Array.from({ length: count }, (_, index) => index % 256);

describe('teeTo', () => {
  it('gives every taker all of it, in order', async () => {
    const seen = { given: 0, left: false };
    const results = await teeTo({ body: numbers(300, seen), takers: [collect, collectSlowly, collect], onFailure: 'stop' });
    expect(results).toEqual([1, 2, 3].map(() => ({ status: 'fulfilled', value: wanted(300) })));
    expect(seen).toEqual({ given: 300, left: true });
  });

  it('reads only as fast as the slowest takes', async () => {
    const seen = { given: 0, left: false };
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const holding: Taker<number[]> = async (body) => {
      await held;
      return collect(body);
    };
    const done = teeTo({ body: numbers(100, seen), takers: [collect, holding], onFailure: 'stop' });
    await sleep(20);
    expect(seen.given).toBeLessThan(10);
    release();
    expect((await done).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  });

  it('stop: the failure of one ends the others with the same error, and the body is left', async () => {
    const seen = { given: 0, left: false };
    const results = await teeTo({ body: numbers(100_000, seen), takers: [collect, failAfter(10)], onFailure: 'stop' });
    expect(results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'ok'))).toEqual(['Error: disk full', 'Error: disk full']);
    expect(seen.left).toBe(true);
    expect(seen.given).toBeLessThan(100);
  });

  it('drop: the others get all of it', async () => {
    const seen = { given: 0, left: false };
    const results = await teeTo({ body: numbers(300, seen), takers: [failAfter(10), collectSlowly], onFailure: 'drop' });
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(results[1]).toEqual({ status: 'fulfilled', value: wanted(300) });
  });

  it('drop: when nobody takes any more, the body is left', async () => {
    const seen = { given: 0, left: false };
    const results = await teeTo({ body: numbers(100_000, seen), takers: [failAfter(3), failAfter(5, 'gone')], onFailure: 'drop' });
    expect(results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'ok'))).toEqual(['Error: disk full', 'Error: gone']);
    expect(seen.left).toBe(true);
    expect(seen.given).toBeLessThan(100);
  });

  it('a taker that wants no more keeps nobody waiting', async () => {
    const first: Taker<number[]> = async (body) => {
      for await (const chunk of body) return [...chunk];
      return [];
    };
    const results = await teeTo({ body: numbers(50, { given: 0, left: false }), takers: [first, collect], onFailure: 'drop' });
    expect(results).toEqual([
      { status: 'fulfilled', value: [0] },
      { status: 'fulfilled', value: wanted(50) },
    ]);
  });

  it('an error of the body reaches every taker', async () => {
    async function* broken(): ByteStream {
      yield Uint8Array.of(1);
      throw new Error('tar was killed');
    }
    const ends: string[] = [];
    const noting: Taker<number[]> = (chunks) =>
      collect(chunks).catch((error: unknown) => {
        ends.push(String(error));
        throw error;
      });
    await expect(teeTo({ body: broken(), takers: [noting, noting], onFailure: 'drop' })).rejects.toThrow('tar was killed');
    expect(ends).toEqual(['Error: tar was killed', 'Error: tar was killed']);
  });
});
