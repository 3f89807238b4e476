import { Progress, resolveSettings } from '@freezer/agent';
import { describe, expect, test } from '@jest/globals';
import { progressKind, type ShowRequest, showProgress } from './show-progress.ts';
import { StatusLine } from './status-line.ts';

const kindOf = async (argv: readonly string[], terminal: boolean): Promise<string> => {
  const { settings } = await resolveSettings({
    argv: [...argv, '--storage', 'local', '-N', 'n'],
    environment: {},
    home: '/',
    cwd: '/',
    hostname: 'h',
    isRoot: false,
    readFile: () => Promise.reject(new Error('none')),
    listFolder: () => Promise.reject(new Error('none')),
  });
  return progressKind(settings, terminal);
};

const backup = ['backup', '-F', '/x'];
const restore = ['restore', '--restore-abs-path', '/x'];

describe('what is shown', () => {
  test.each<[readonly string[], string, string]>([
    [backup, 'line', 'none'],
    [restore, 'line', 'none'],
    [['verify'], 'line', 'none'],
    [['list'], 'none', 'none'],
    [['list', '--progress', 'json'], 'none', 'none'],
    [[...backup, '--quiet'], 'none', 'none'],
    [[...backup, '--json'], 'none', 'none'],
    [[...backup, '--metadata-out', '-'], 'none', 'none'],
    [[...backup, '--progress', 'none'], 'none', 'none'],
    [[...backup, '--progress', 'json', '--json'], 'json', 'json'],
    [['restore', '--to-stdout', 'a'], 'none', 'none'],
  ])('%j', async (argv, onTerminal, elsewhere) => {
    expect([await kindOf(argv, true), await kindOf(argv, false)]).toEqual([onTerminal, elsewhere]);
  });
});

/** Shows into lists; `tick` is one turn of the timer. */
function show(kind: 'line' | 'json', changes: Partial<ShowRequest> = {}) {
  const drawn: string[] = [];
  const lines: string[] = [];
  const progress = new Progress();
  let call = (): void => undefined;
  let interval = 0;
  const end = showProgress({
    kind,
    action: 'backup',
    progress,
    statusLine: new StatusLine({ columns: () => 80, write: (text) => void drawn.push(text) }),
    write: (line) => void lines.push(line),
    now: () => 0,
    every: (milliseconds, tick) => {
      interval = milliseconds;
      call = tick;
      return () => {
        call = () => undefined;
      };
    },
    ...changes,
  });
  const tick = async (): Promise<void> => {
    call();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { drawn, lines, progress, end, tick, interval };
}

test('the line is drawn at most five times a second, and taken away at the end', async () => {
  const { drawn, lines, progress, end, tick, interval } = show('line');
  expect(interval).toBeGreaterThanOrEqual(200);
  progress.expect(1000);
  progress.add(250);
  await tick();
  expect(drawn.at(-1)).toMatch(/^\rbackup {2}250 B of 1000 B {2}25 %/);
  await end();
  expect(drawn.at(-1)).toBe('\r\u001b[K');
  const count = drawn.length;
  await end();
  await tick();
  expect([drawn.length, lines]).toEqual([count, []]);
});

test('JSON lines come about once a second, and one at the end of even the shortest run', async () => {
  const { drawn, lines, progress, end, tick, interval } = show('json');
  expect(interval).toBe(1000);
  await tick();
  progress.add(5);
  await end();
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { type: 'progress', bytes: 0, last: false },
    { type: 'progress', bytes: 5, last: true },
  ]);
  expect(drawn).toEqual([]);
});

test('a path that takes long is asked for once at a time', async () => {
  const { lines, progress, tick } = show('json');
  let asked = 0;
  let answer = (_path: string): void => undefined;
  progress.follow(
    () =>
      new Promise((resolve) => {
        asked += 1;
        answer = resolve;
      }),
  );
  await tick();
  await tick();
  expect([asked, lines.length]).toEqual([1, 0]);
  answer('a');
  await tick();
  expect(lines).toHaveLength(1);
});

test('a terminal that is gone costs the run nothing', async () => {
  let tries = 0;
  const write = (): void => {
    tries += 1;
    throw new Error('EIO');
  };
  const { end, tick } = show('json', { write });
  await tick();
  await tick();
  expect(tries).toBe(1);
  await end();
});
