import { bytePathOf } from '@freezer/core';
import { textWidth } from '@freezer/terminal';
import { describe, expect, test } from '@jest/globals';
import { progressJson } from './progress-json.ts';
import { progressLine } from './progress-line.ts';
import type { ProgressView } from './progress-view.ts';

const MIB = 2 ** 20;
const nothing: ProgressView = { seconds: 0, bytes: 0, total: undefined, estimated: false, rate: undefined, secondsLeft: undefined, path: undefined };
const half: ProgressView = { seconds: 3, bytes: 50 * MIB, total: 100 * MIB, estimated: false, rate: 5 * MIB, secondsLeft: 10, path: 'usr/share/doc/README' };

describe('the line', () => {
  test.each<[ProgressView, string]>([
    [nothing, 'backup  0 B'],
    [half, 'backup  50.0 MiB of 100.0 MiB  50 %  5.0 MiB/s  10 s left  usr/share/doc/README'],
    [{ ...half, estimated: true, secondsLeft: 3.4 }, 'backup  50.0 MiB of ~100.0 MiB  50 %  5.0 MiB/s  ~4 s left  usr/share/doc/README'],
    [{ ...half, total: undefined, secondsLeft: undefined, path: '.' }, 'backup  50.0 MiB  5.0 MiB/s'],
    [{ ...nothing, total: 0, rate: 0 }, 'backup  0 B of 0 B  0 B/s'],
    [{ ...nothing, path: bytePathOf('a\nb\u001b[31mé') }, 'backup  0 B  a\\nb\\x1b[31mé'],
  ])('%j', (view, line) => {
    expect(progressLine('backup', view, 100)).toBe(line);
  });

  test('is never wider than the terminal, and shows the end of a path', () => {
    const long = { ...half, path: bytePathOf(`${'名'.repeat(200)}/the end`) };
    for (let columns = 0; columns <= 200; columns += 1) expect(textWidth(progressLine('backup', long, columns))).toBeLessThanOrEqual(columns);
    expect(progressLine('backup', long, 75)).toMatch(/left {2}…名+\/the end$/);
    expect(progressLine('backup', long, 65)).toMatch(/10 s left$/);
    expect(progressLine('backup', long, 20)).toBe('backup  50.0 MiB of ');
  });
});

test('the JSON line has always the same keys', () => {
  const moment = { action: 'restore', at: 0, last: false };
  expect(JSON.parse(progressJson({ ...half, seconds: 3.06, rate: 5.5, secondsLeft: 9.06 }, moment))).toEqual({
    type: 'progress',
    action: 'restore',
    time: '1970-01-01T00:00:00.000Z',
    seconds: 3.1,
    bytes: 52_428_800,
    total: 104_857_600,
    estimated: false,
    rate: 6,
    seconds_left: 9.1,
    path: 'usr/share/doc/README',
    last: false,
  });
  const bare = progressJson(nothing, { ...moment, last: true });
  expect(bare).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(bare)).toMatchObject({ total: null, rate: null, seconds_left: null, path: null, last: true });
});
