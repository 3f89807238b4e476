import { expect, it } from '@jest/globals';
import { InFlight } from './in-flight.ts';

const open: (() => void)[] = [];
const pending = () =>
  new Promise<void>((resolve) => {
    open.push(resolve);
  });
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('starts no more than its limit at a time, and goes on when one ends', async () => {
  open.length = 0;
  const calls = new InFlight(2, new AbortController());
  const all = (async () => {
    for (let index = 0; index < 3; index += 1) await calls.start(pending);
    await calls.drain();
  })();
  await turn();
  expect(open).toHaveLength(2);
  open[0]?.();
  await turn();
  expect(open).toHaveLength(3);
  for (const end of open) end();
  await all;
});

it('ends with the error of the first that fails, also while it waits for room', async () => {
  open.length = 0;
  const stop = new AbortController();
  const calls = new InFlight(1, stop);
  const error = new RangeError('first');
  await calls.start(async () => {
    await turn();
    throw error;
  });
  await expect(calls.start(pending)).rejects.toBe(error);
  await expect(calls.drain()).rejects.toBe(error);
  expect(stop.signal.reason).toBe(error);
});
