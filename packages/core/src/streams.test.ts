import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ByteStream } from './bytes.ts';
import type { Clock } from './clock.ts';
import { FreezerError } from './errors.ts';
import { RateLimit } from './rate-limit.ts';
import { collect, counted, once, rechunk, throttled } from './streams.ts';

async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array, void, undefined> {
  let next = 0;
  for (const size of sizes) yield Uint8Array.from({ length: size }, () => next++ % 251);
}
const sizesOf = async (stream: ByteStream): Promise<number[]> => {
  const sizes: number[] = [];
  for await (const chunk of stream) sizes.push(chunk.length);
  return sizes;
};
/** Time that passes only while somebody sleeps. */
const fakeClock = (): Clock & { at: number } => {
  const clock = {
    at: 0,
    now: () => clock.at,
    sleep: async (milliseconds: number, options: { readonly signal?: AbortSignal | undefined } = {}) => {
      options.signal?.throwIfAborted();
      clock.at += milliseconds;
    },
  };
  return clock;
};

describe('collect', () => {
  test('joins', async () => {
    expect(await collect(chunks(2, 3), { maxBytes: 5 })).toEqual(Buffer.from([0, 1, 2, 3, 4]));
    expect(await collect(chunks(), { maxBytes: 0 })).toHaveLength(0);
  });

  test('stops pulling when there is too much, and says what of', async () => {
    let pulled = 0;
    const endless = (async function* () {
      for (;;) {
        pulled += 1;
        yield new Uint8Array(10);
      }
    })();
    const failure = await collect(endless, { maxBytes: 25, what: 'manifest of x' }).catch((error: unknown) => error);
    expect(FreezerError.is(failure, 'too_large')).toBe(true);
    expect(String(failure)).toContain('manifest of x');
    expect(pulled).toBe(3);
  });

  test('stops when aborted', async () => {
    await expect(collect(chunks(1, 1), { maxBytes: 9, signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });
});

test('once can be read twice, and nothing gives no chunk', async () => {
  const stream = once(Buffer.from('abc'));
  expect([await sizesOf(stream), await sizesOf(stream), await sizesOf(once(new Uint8Array()))]).toEqual([[3], [3], []]);
});

test('counted tells each chunk', async () => {
  const told: number[] = [];
  expect(await sizesOf(counted(chunks(1, 2, 3), (bytes) => told.push(bytes)))).toEqual([1, 2, 3]);
  expect(told).toEqual([1, 2, 3]);
});

describe('rechunk', () => {
  test('whatever comes in, chunks of one size with the same bytes come out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), async (sizes, size) => {
        const all = await collect(chunks(...sizes), { maxBytes: 10_000 });
        const out: Uint8Array[] = [];
        for await (const chunk of rechunk(chunks(...sizes), size)) out.push(chunk);
        expect(Buffer.concat(out)).toEqual(all);
        expect(out.slice(0, -1).every((chunk) => chunk.length === size)).toBe(true);
        expect(out).toHaveLength(Math.ceil(all.length / size));
      }),
    );
  });

  test('a size that is none is a mistake of the caller', async () => {
    await expect(sizesOf(rechunk(chunks(1), 0))).rejects.toThrow(TypeError);
  });
});

describe('throttled', () => {
  test.each([1000, 65_536, 10_000_000])('%d bytes a second are kept within 5 %% over 10 s, whatever the chunks', async (rate) => {
    const clock = fakeClock();
    const limit = new RateLimit(rate, clock);
    const size = Math.max(1, Math.floor(rate / 3));
    const sizes = await sizesOf(throttled(chunks(...Array.from({ length: 30 }, () => size)), limit));
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBe(30 * size);
    expect(Math.abs(clock.at - 10_000)).toBeLessThan(500);
  });

  test('a pause is not made up for afterwards', async () => {
    const clock = fakeClock();
    const limit = new RateLimit(1000, clock);
    clock.at += 60_000;
    await limit.take(1000);
    expect(clock.at).toBeGreaterThan(60_800);
  });

  test('streams that share a limit share its rate', async () => {
    const clock = fakeClock();
    const limit = new RateLimit(1000, clock);
    for (let round = 0; round < 5; round += 1) await Promise.all([limit.take(500), limit.take(500)]);
    expect(Math.abs(clock.at - 5000)).toBeLessThan(250);
  });

  test('a new rate counts for those who wait', async () => {
    const clock = fakeClock();
    const limit = new RateLimit(10, clock);
    const waiting = limit.take(1_000_000);
    limit.setRate(10_000_000);
    await waiting;
    expect(clock.at).toBeLessThan(1000);
    limit.setRate(undefined);
    expect(limit.bytesPerSecond).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([undefined, 0, -1])('%p is no limit', async (rate) => {
    const clock = fakeClock();
    expect(await sizesOf(throttled(chunks(100, 200), new RateLimit(rate, clock)))).toEqual([100, 200]);
    expect(clock.at).toBe(0);
  });

  test('a limit may come and go while the bytes flow', async () => {
    const clock = fakeClock();
    const limit = new RateLimit(undefined, clock);
    const at: number[] = [];
    for await (const chunk of throttled(chunks(1000, 1000, 1000, 1000), limit)) {
      at.push(clock.at);
      expect(chunk).toHaveLength(1000);
      limit.setRate([1000, 100, undefined][at.length - 1]);
    }
    // What passed without a limit is not owed afterwards.
    expect(at[0]).toBe(0);
    expect(Math.abs((at[1] ?? 0) - 1000)).toBeLessThan(110);
    expect(Math.abs((at[2] ?? 0) - (at[1] ?? 0) - 10_000)).toBeLessThan(1100);
    expect(at[3]).toBe(at[2]);
  });

  test('a wait can be aborted', async () => {
    await expect(new RateLimit(1, fakeClock()).take(9, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });
});
