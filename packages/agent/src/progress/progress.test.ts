import { collect, once } from '@freezer/core';
import { FakeClock } from '@freezer/testing';
import { describe, expect, test } from '@jest/globals';
import { MapStorage } from '../restore/map-storage.fixture.ts';
import { MeteredStorage } from './metered-storage.ts';
import { Progress } from './progress.ts';
import { ProgressViewer } from './progress-view.ts';
import { RateWindow } from './rate-window.ts';

describe('Progress', () => {
  test('the total is what was expected in all, as long as nothing contradicts it', () => {
    const progress = new Progress();
    progress.expect(undefined);
    expect(progress.total).toBeUndefined();
    progress.expect(100);
    expect([progress.total, progress.estimated]).toEqual([100, false]);
    progress.expect(50, { estimated: true });
    progress.add(150);
    expect([progress.total, progress.estimated]).toEqual([150, true]);
    progress.add(1);
    expect([progress.bytes, progress.total]).toEqual([151, undefined]);
  });

  test('the path is that of whom is followed now, and trouble with it is none of the run', async () => {
    const progress = new Progress();
    expect(await progress.path()).toBeUndefined();
    progress.follow(async () => 'etc/passwd');
    expect(await progress.path()).toBe('etc/passwd');
    progress.follow(() => Promise.reject(new Error('gone')));
    expect(await progress.path()).toBeUndefined();
    progress.follow(undefined);
    expect(await progress.path()).toBeUndefined();
  });
});

test('a storage counts data up and down, chunk by chunk, and nothing else', async () => {
  const progress = new Progress();
  const storage = new MeteredStorage(new MapStorage(), progress);
  await storage.put('data/tar/h_n/1/0_1/data', once(new Uint8Array(1000)));
  await storage.put('data/tar/h_n/1/0_1/index', once(new Uint8Array(77)));
  expect(progress.bytes).toBe(1000);
  await collect(storage.get('data/tar/h_n/1/0_1/data'), { maxBytes: 1e6 });
  await collect(storage.get('data/tar/h_n/1/0_1/index'), { maxBytes: 1e6 });
  expect(progress.bytes).toBe(2000);
});

describe('RateWindow', () => {
  test('is the rate of the last ten seconds, whatever was before', () => {
    const window = new RateWindow();
    expect(window.rate(0, 0)).toBeUndefined();
    expect(window.rate(0, 10)).toBeUndefined();
    for (let at = 250; at <= 60_000; at += 250) window.rate(at, at);
    expect(window.rate(60_250, 60_250)).toBeCloseTo(1000, 6);
    let rate: number | undefined;
    for (let at = 60_500; at <= 71_000; at += 250) rate = window.rate(at, 60_250 + (at - 60_250) * 3);
    expect(rate).toBeCloseTo(3000, 6);
    for (let at = 71_250; at <= 82_000; at += 250) rate = window.rate(at, 92_500);
    expect(rate).toBe(0);
  });

  test('looks that are near to each other do not wear it out', () => {
    const window = new RateWindow();
    let rate: number | undefined;
    for (let at = 0; at <= 20_000; at += 1) rate = window.rate(at, at * 5);
    expect(rate).toBeCloseTo(5000, 6);
  });
});

test('a view has the time that is left at the rate of now', async () => {
  const clock = new FakeClock();
  const progress = new Progress();
  progress.expect(10_000);
  const viewer = new ProgressViewer(progress, clock);
  expect(await viewer.look()).toEqual({ seconds: 0, bytes: 0, total: 10_000, estimated: false, rate: undefined, secondsLeft: undefined, path: undefined });
  for (let second = 1; second <= 4; second += 1) {
    await clock.advance(1000);
    progress.add(500);
    await viewer.look();
  }
  expect(await viewer.look()).toMatchObject({ seconds: 4, bytes: 2000, rate: 500, secondsLeft: 16 });
  await clock.advance(30_000);
  await viewer.look();
  await clock.advance(15_000);
  expect(await viewer.look()).toMatchObject({ rate: 0, secondsLeft: undefined });
});
