import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogFile } from './log-file.ts';
import { endOfInterval, type IntervalUnit } from './rotation.ts';

const local = (...parts: [number, number, number, number?, number?]): number => new Date(...parts).getTime();

describe('the end of an interval', () => {
  const begun = local(2026, 10, 21, 16, 30); // a Saturday
  test.each<[IntervalUnit, number, number]>([
    ['seconds', 90, begun + 90_000],
    ['minutes', 5, local(2026, 10, 21, 16, 35)],
    ['hours', 2, local(2026, 10, 21, 18, 30)],
    ['days', 3, local(2026, 10, 24, 16, 30)],
    ['midnight', 1, local(2026, 10, 22)],
    ['midnight', 7, local(2026, 10, 28)],
    ['weekday', 5, local(2026, 10, 22)],
    ['weekday', 6, local(2026, 10, 23)],
    ['weekday', 0, local(2026, 10, 24)],
  ])('%s %i', (unit, every, end) => {
    expect(endOfInterval(unit, every, begun)).toBe(end);
  });
});

describe('a log file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'freezer-rotation-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const content = (name: string): string => readFileSync(join(folder, name), 'utf8');

  test('that is full is put aside, so many are kept, and nothing between them is lost', () => {
    const file = new LogFile({ path: join(folder, 'log'), follow: false, rotation: { kind: 'size', maxBytes: 8, keep: 2 }, now: Date.now });
    for (const line of ['1', '22', '3333333333', '4', '5', '6666']) file.write(line);
    expect(readdirSync(folder).toSorted()).toEqual(['log', 'log.1', 'log.2']);
    expect(['log.2', 'log.1', 'log'].map(content)).toEqual(['3333333333\n', '4\n5\n', '6666\n']);
  });

  test('with none to keep only grows', () => {
    const file = new LogFile({ path: join(folder, 'log'), follow: false, rotation: { kind: 'size', maxBytes: 1, keep: 0 }, now: Date.now });
    for (const line of ['1', '2']) file.write(line);
    expect(content('log')).toBe('1\n2\n');
  });

  test('of two processes at once loses no line', () => {
    const rotation = { kind: 'size', maxBytes: 40, keep: 100 } as const;
    const [one, other] = [1, 2].map(() => new LogFile({ path: join(folder, 'log'), follow: false, rotation, now: Date.now }));
    const lines = Array.from({ length: 60 }, (_, number) => `line ${String(number).padStart(4, '0')}`);
    for (const [index, line] of lines.entries()) (index % 3 === 0 ? one : other)?.write(line);
    const all = readdirSync(folder).flatMap((name) => content(name).trimEnd().split('\n'));
    expect(all.toSorted()).toEqual(lines);
  });

  test('is put aside when its time is over, under the time at which it was begun, and the oldest go', () => {
    let now = Date.now();
    const rotation = { kind: 'interval', unit: 'midnight', every: 1, keep: 1 } as const;
    const file = new LogFile({ path: join(folder, 'log'), follow: false, rotation, now: () => now });
    file.write('one');
    file.write('two');
    expect(readdirSync(folder)).toEqual(['log']);
    now += 86_400_000;
    file.write('three');
    now -= 86_400_000;
    file.write('four');
    const aside = (): string[] => readdirSync(folder).filter((name) => name !== 'log');
    expect(aside()).toEqual([expect.stringMatching(/^log\.\d{4}-\d\d-\d\d$/)]);
    expect([...aside(), 'log'].map(content)).toEqual(['one\ntwo\n', 'three\nfour\n']);
    now += 86_400_000;
    file.write('five');
    expect([...aside(), 'log'].map(content)).toEqual(['three\nfour\n', 'five\n']);
  });
});
