import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RunHere } from '../run-here.fixture.ts';

const HOUR = 3_600_000;

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
});
afterEach(() => here[Symbol.dispose]());

const list = (...options: readonly string[]) => here.run('list', ...options);
const logs = (): string[] =>
  readdirSync(here.folder)
    .filter((name) => name.startsWith('log'))
    .toSorted();

test('--use-json makes each line of the log an object', async () => {
  await list('--use-json');
  const lines = here.log().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining('Begin freezer agent'), levelname: 'INFO' }),
  );
});

describe('rotation', () => {
  test('--log-rotation-type size puts a log of --max-logfile-size-mb aside, and keeps --max-logfile-count of them', async () => {
    writeFileSync(here.path('log'), 'x'.repeat(2 ** 20));
    writeFileSync(here.path('log.1'), 'older');
    await list('--log-rotation-type', 'size', '--max-logfile-size-mb', '2', '--max-logfile-count', '1');
    expect(readFileSync(here.path('log.1'), 'utf8')).toBe('older');
    await list('--log-rotation-type', 'size', '--max-logfile-size-mb', '1', '--max-logfile-count', '1');
    expect(logs()).toEqual(['log', 'log.1']);
    expect(readFileSync(here.path('log.1'), 'utf8')).toMatch(/^x{1000}/);
    expect(here.log()).toMatch(/^\S+ \S+ \d+ INFO freezer_agent \[-\] .*/);
    await list('--log-rotation-type', 'none', '--max-logfile-size-mb', '1');
    expect(logs()).toEqual(['log', 'log.1']);
  });

  test('--log-rotation-type interval puts a log of --log-rotate-interval times --log-rotate-interval-type aside', async () => {
    const rotation = ['--log-rotation-type', 'interval', '--log-rotate-interval', '2', '--log-rotate-interval-type', 'hours'];
    const begun = Date.now();
    await list(...rotation);
    here.now = () => begun + 1.5 * HOUR;
    await list(...rotation);
    here.now = () => begun + 2.5 * HOUR;
    await list(...rotation.with(-1, 'days'));
    await list(...rotation.with(3, '3'));
    expect(logs()).toEqual(['log']);
    await list(...rotation);
    // Each line of a clock that is ahead of that of the disk begins a file of its own.
    expect(logs().slice(0, 2)).toEqual(['log', expect.stringMatching(/^log\.\d{4}-\d\d-\d\d_\d\d$/)]);
  });
});
