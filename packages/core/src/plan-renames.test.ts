import { describe, expect, it } from '@jest/globals';
import { planRenames } from './plan-renames.ts';

/** Where each old path is after records such as `a>b`; `-` for what another took the place of. `\0` is the directory of an exchange. */
async function after(directories: readonly string[], records: readonly string[], paths: readonly string[]): Promise<string[]> {
  const renames = records.map((record) => ({ from: record.split('>')[0] ?? '', to: record.split('>')[1] ?? '' }));
  const map = await planRenames(renames, async (asked) => new Set(directories.filter((path) => asked.has(path))));
  return paths.map((path) => map.pathNow(path) ?? '-');
}

describe('renames', () => {
  it('take everything below along', async () => {
    expect(await after(['a', 'a/s'], ['a>z'], ['a', 'a/f', 'a/s/g', 'ab', 'b', '.'])).toEqual(['z', 'z/f', 'z/s/g', 'ab', 'b', '.']);
  });

  it('are done one after the other', async () => {
    expect(await after(['p', 'p/x'], ['p>q', 'q/x>q/y'], ['p/f', 'p/x/g'])).toEqual(['q/f', 'q/y/g']);
    expect(await after(['a', 'b'], ['b>c', 'a>b'], ['a/f', 'b/f'])).toEqual(['b/f', 'c/f']);
  });

  it('exchange directories through one that nobody has', async () => {
    expect(await after(['a', 'b'], ['b>\0', 'a>b', '\0>a'], ['a/f', 'b/f'])).toEqual(['b/f', 'a/f']);
    expect(await after(['p', 'p/a', 'p/b'], ['p/b>p/\0', 'p/a>p/b', 'p/\0>p/a'], ['p/a/f', 'p/b/f', 'p/f'])).toEqual(['p/b/f', 'p/a/f', 'p/f']);
  });

  it('take the place of what was deleted', async () => {
    expect(await after(['a', 'b', 'b/s'], ['a>b'], ['a/f', 'b', 'b/f', 'b/s/g'])).toEqual(['b/f', '-', '-', '-']);
  });

  it('move out of what is gone', async () => {
    expect(await after(['c', 'c/x'], ['c/x>x'], ['c/x/f', 'c/f'])).toEqual(['x/f', 'c/f']);
  });
});

describe('wrong records of tar', () => {
  it('written twice count once', async () => {
    const cycle = ['b>\0', 'c>b', 'a>c', '\0>a', 'c>\0', 'a>c', 'b>a', '\0>b'];
    expect(await after(['a', 'b', 'c'], cycle, ['a/f', 'b/f', 'c/f'])).toEqual(['c/f', 'a/f', 'b/f']);
  });

  it('with the name that a directory has only later wait', async () => {
    expect(await after(['a', 'a/b'], ['b/a/b>b', 'a>b/a'], ['a/f', 'a/b/f'])).toEqual(['b/a/f', 'b/f']);
  });

  it('that take a name before it is free wait', async () => {
    expect(await after(['a', 'c'], ['a>c', 'c>b', 'a>c'], ['a/f', 'c/f'])).toEqual(['c/f', 'b/f']);
  });

  it('of what was never there do nothing', async () => {
    expect(await after(['w'], ['x>y', 'w>x'], ['w/f', 'x/f', 'y/f'])).toEqual(['x/f', '-', 'y/f']);
    expect(await after([], ['\0>a'], ['a/f'])).toEqual(['a/f']);
  });
});
