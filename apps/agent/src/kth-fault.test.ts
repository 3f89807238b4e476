import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareTrees, type Fault, readTree, type TreeEntry } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { FaultBench } from '../test-support/fault-bench.ts';
import { faultsOf, plannedCalls } from '../test-support/planned-faults.ts';

jest.setTimeout(600_000);

let bench: FaultBench;
beforeEach(() => {
  bench = new FaultBench();
  for (const folder of ['', 'a', 'a/b', 'gone']) mkdirSync(join(bench.source, folder));
  for (const file of ['a/one', 'a/b/two', 'gone/three', 'four']) writeFileSync(join(bench.source, file), `${file} at first`);
});
afterEach(() => bench[Symbol.dispose]());

/** Another state of the source: a file changed, one came, one went with its folder. */
function change(round: number): void {
  writeFileSync(join(bench.source, 'a/one'), `changed in round ${round}`);
  writeFileSync(join(bench.source, `new-${round}`), 'new');
  rmSync(join(bench.source, round === 1 ? 'gone' : `new-${round - 1}`), { recursive: true });
}

/** Each fault of each call that a run makes, one after the other, with what it is of, for messages; at last all calls are delayed. */
function* faultsOfAll(lines: readonly string[]): Generator<readonly [faults: readonly Fault[], name: string]> {
  const calls = plannedCalls(lines);
  for (const call of calls) for (const fault of faultsOf(call)) yield [[fault], `${call.name}, ${fault.kind} ${fault.bytes ?? ''}`];
  const later = (at: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5 * at));
  yield [calls.map(({ operation }, at) => ({ operation, kind: 'delay', until: later(at) })), 'all calls are delayed'];
}

const BACKUP = ['backup', '-F', 'SOURCE', '--nosync', '--compression', 'none', '--suspicious-below', '0'];

interface Scenario {
  readonly name: string;
  /** How often the set was backed up before, as the words that each time were given; the source changes in between. */
  readonly before: readonly (readonly string[])[];
  /** What is run with a fault, and after that without one. */
  readonly words: readonly string[];
  /** What is in the target of a restore before. */
  readonly strays?: boolean;
  /** Of a removal: how many points stay. */
  readonly kept?: number;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'a full', before: [], words: BACKUP },
  { name: 'an increment in the place of another', before: [[], ['--always-level', '1']], words: [...BACKUP, '--always-level', '1'] },
  { name: 'a restore', before: [[], ['--incremental']], words: ['restore', '--restore-abs-path', 'TARGET'] },
  {
    name: 'a restore over strays',
    before: [[], ['--incremental']],
    words: ['restore', '--restore-abs-path', 'TARGET', '--overwrite', '--delete'],
    strays: true,
  },
  {
    name: 'a removal',
    before: [[], ['--always-level', '1'], ['--always-level', '1'], [], ['--always-level', '1'], ['--always-level', '1']],
    words: ['admin', '--keep-last', '1'],
    kept: 2,
  },
];

function fillTarget({ strays }: Scenario, target: string): void {
  rmSync(target, { recursive: true, force: true });
  if (!strays) return;
  mkdirSync(join(target, 'gone'), { recursive: true });
  for (const name of ['gone/three', 'stray', 'a']) writeFileSync(join(target, name), 'a stray');
}

/** Files that are whole, of whichever level: never one that is cut off under its final name. */
function expectWholeFiles(target: string): void {
  for (const entry of existsSync(target) ? readdirSync(target, { recursive: true, withFileTypes: true }) : []) {
    if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name), 'utf8')).toMatch(/ at first$|^changed in round \d$|^new$|^a stray$/);
  }
}

/** What a scenario is to come to. */
interface Goal {
  readonly words: readonly string[];
  readonly target: string;
  /** The source as it is. */
  readonly source: readonly TreeEntry[];
  /** Points that were there before and must stay, whatever goes wrong. */
  readonly kept: readonly number[];
  /** How many points there are after a run that did what it should. */
  readonly points: number;
}

/** A run that says that it succeeded did. `again`: a run before it may have stored its point, and failed after that. */
async function expectReached({ words, target, source, kept, points }: Goal, again: boolean): Promise<void> {
  const found = await bench.provedPoints(source);
  expect(found).toEqual(expect.arrayContaining([...kept]));
  expect(found.length - points).toBeGreaterThanOrEqual(0);
  expect(found.length - points).toBeLessThanOrEqual(again && words[0] === 'backup' ? 1 : 0);
  if (words[0] === 'restore') expect(compareTrees(bench.newestTree, await readTree(target))).toEqual([]);
}

async function reach(scenario: Scenario): Promise<Goal> {
  const target = bench.here.path('target');
  const words = scenario.words.map((word) => ({ SOURCE: bench.source, TARGET: target })[word] ?? word);
  for (const [round, options] of scenario.before.entries()) {
    await bench.backup(...options);
    change(round + 1);
  }
  bench.keep();
  const source = await readTree(bench.source);
  const before = await bench.provedPoints(source);
  fillTarget(scenario, target);
  await bench.mustRun(words);
  const found = await bench.provedPoints(source);
  const goal = { words, target, source, kept: before.filter((t) => found.includes(t)), points: found.length };
  expect(goal.points).toBe(scenario.kept ?? before.length + (words[0] === 'backup' ? 1 : 0));
  return goal;
}

describe.each(SCENARIOS)('$name, of which the k-th storage call goes wrong, for all k', (scenario) => {
  test('points restore in full, the failure is reported, the next run is clean', async () => {
    const goal = await reach(scenario);
    const over = goal.words[0] === 'restore' ? ['--overwrite', '--delete'] : [];
    for (const [faults, name] of faultsOfAll(bench.callsOf(goal.words[0]))) {
      bench.reset();
      fillTarget(scenario, goal.target);
      try {
        const ran = await bench.run(goal.words, faults);
        expectWholeFiles(goal.target);
        if (ran.code === 0) await expectReached(goal, false);
        else expect(await bench.provedPoints(goal.source)).toEqual(expect.arrayContaining([...goal.kept]));
        if (ran.code !== 0 && ran.code !== 3) expect(ran.complaints).toMatch(/^Critical Error: .+\n$/);
        await bench.mustRun([...goal.words, ...over]);
        expect(bench.leftovers()).toEqual([]);
        await expectReached(goal, true);
      } catch (error) {
        throw new Error(name, { cause: error });
      }
    }
  });
});
