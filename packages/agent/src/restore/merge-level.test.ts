import type { EntryType } from '@freezer/core';
import { formatIndexLine } from '@freezer/format';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LevelFacts } from './level-facts.ts';
import { LineSpool, readSpool } from './line-spool.ts';
import { type MergedLevel, mergeLevel } from './merge-level.ts';
import { RestoreLab } from './restore-lab.fixture.ts';

let lab: RestoreLab;
let merged: MergedLevel | undefined;
let at = 0;
beforeEach(async () => {
  lab = await RestoreLab.make();
  merged = undefined;
  at = 0;
});
afterEach(() => lab.remove());

const held = (path: string, type: EntryType = 'file'): string =>
  formatIndexLine({ kind: 'held', path, type, size: 0, mtimeNs: 0n, mode: 0o644, uid: 0, gid: 0 });
const named = (path: string): string => `n${JSON.stringify(path)}`;
const listed = (path: string): readonly string[] => [held(path, 'directory'), `l${JSON.stringify(path)}`];
const deleted = (path: string): string => `-${JSON.stringify(path)}`;

/** Puts a level with these lines, sorted by their paths, upon the last. */
async function level(lines: readonly string[], facts: Partial<LevelFacts> = {}): Promise<readonly string[]> {
  const file = await LineSpool.write(lab.context.work.file(`facts-${at}`), async (spool) => {
    for (const line of lines) await spool.add(line);
  });
  merged = await mergeLevel(lab.context, { before: merged, facts: { file, renames: [], hasLists: true, replacesAll: false, ...facts }, at });
  at += 1;
  const paths: string[] = [];
  for await (const line of readSpool(merged.pointFile)) paths.push(line.replace(/^(\d+) .*"p":"([^"]*)".*$/, '$1 $2'));
  return paths;
}

const lost = (): readonly string[] => [...(merged?.lost ?? [])];

describe('a level upon another', () => {
  it('keeps what is in a directory of which it says nothing', async () => {
    await level([...listed('.'), ...listed('a'), held('a/f'), held('a/g')]);
    expect(await level([...listed('.'), named('a')])).toEqual(['1 .', '0 a', '0 a/f', '0 a/g']);
    expect(await level([...listed('.')])).toEqual(['2 .']);
  });

  it('takes the place of everything when it says so', async () => {
    await level([...listed('.'), held('a')]);
    expect(await level([held('.', 'directory'), held('b')], { hasLists: false, replacesAll: true })).toEqual(['1 .', '1 b']);
  });

  it('remembers what was lost until a level holds or deletes it, or its directory does not name it', async () => {
    const renamed = [{ from: 'a', to: 'b' }];
    await level([...listed('.'), ...listed('a')]);
    await level([...listed('.'), ...listed('b'), named('b'), named('b/1'), named('b/2'), named('b/3'), named('b/4')], { renames: renamed });
    expect(lost()).toEqual(['b/1', 'b/2', 'b/3', 'b/4']);
    await level([...listed('.'), ...listed('b'), named('b'), named('b/1'), named('b/2'), held('b/3'), named('b/3')]);
    expect(lost()).toEqual(['b/1', 'b/2']);
    await level([...listed('.'), ...listed('c'), named('c'), named('c/1'), named('c/2')], { renames: [{ from: 'b', to: 'c' }] });
    expect(lost()).toEqual(['c/1', 'c/2']);
    await level([deleted('c/1')], { hasLists: false });
    expect(lost()).toEqual(['c/2']);
    await level([held('c/2')], { hasLists: false });
    expect(lost()).toEqual([]);
  });

  it('counts no more than a thousand lost paths by name', async () => {
    await level([...listed('.'), ...listed('a')]);
    const names = Array.from({ length: 1005 }, (_, index) => `b/${1000 + index}`);
    await level([...listed('.'), ...listed('b'), named('b'), ...names.map(named)], { renames: [{ from: 'a', to: 'b' }] });
    expect([lost().length, merged?.lostBesides]).toEqual([1000, 5]);
  });
});
