import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { type Fault, type FaultyOperation, readTree, type TreeEntry } from '@freezer/testing';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { FaultBench } from '../test-support/fault-bench.ts';

jest.setTimeout(600_000);

let bench: FaultBench;
beforeEach(() => {
  bench = new FaultBench();
  mkdirSync(bench.source);
});
afterEach(() => bench[Symbol.dispose]());

const KINDS: Readonly<Partial<Record<FaultyOperation, readonly Fault['kind'][]>>> = {
  put: ['before', 'after', 'truncate', 'twice'],
  get: ['before', 'truncate'],
  list: ['before', 'after'],
  remove: ['before', 'after', 'twice'],
  removeTree: ['before', 'after', 'twice'],
};

function* faultsOf(calls: readonly string[]): Generator<readonly [fault: Fault, name: string]> {
  const counts = new Map<string, number>();
  for (const line of calls) {
    const operation = line.split(' ', 1)[0] as FaultyOperation;
    const call = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, call);
    for (const kind of KINDS[operation] ?? ['before'])
      yield [{ operation, call, kind, error: new FreezerError('unavailable', `storage: ${operation} ${call} failed as planned`) }, `${line}, ${kind}`];
  }
}

const RULE = ['admin', '--remove-from-date', '2100-01-01T00:00:00Z', '--force'];

/** A full with an increment, and a full; each restores to what it was. */
async function threePoints(): Promise<readonly TreeEntry[]> {
  for (const [round, options] of [[], ['--incremental'], []].entries()) {
    writeFileSync(join(bench.source, 'file'), `round ${round}`);
    await bench.backup(...options);
  }
  return readTree(bench.source);
}

interface Printed {
  readonly time_stamp: number;
  readonly was_pinned: boolean;
}

test('a pin of which a storage call goes wrong is there or not; the next pin holds against every rule', async () => {
  const source = await threePoints();
  const [, t = 0] = await bench.provedPoints(source);
  const pin = ['pin', '--point', `1_${t}`];
  bench.keep();
  await bench.mustRun(pin);
  for (const [fault, name] of faultsOf(bench.callsOf('pin'))) {
    try {
      bench.reset();
      const ran = await bench.run(pin, [fault]);
      if (ran.code !== 0) expect(ran.complaints).toMatch(/^Critical Error: .+\n$/);
      const again = JSON.parse((await bench.mustRun([...pin, '--json'])).out) as Printed;
      if (ran.code === 0) expect(again.was_pinned).toBe(true);
      expect(bench.leftovers()).toEqual([]);
      await bench.mustRun(RULE);
      expect(await bench.provedPoints(source)).toEqual([expect.any(Number), t]);
    } catch (error) {
      throw new Error(name, { cause: error });
    }
  }
});

test('whichever storage call of a removal goes wrong, a pinned point restores', async () => {
  const source = await threePoints();
  const [, t = 0] = await bench.provedPoints(source);
  await bench.mustRun(['pin', '--point', `1_${t}`, '--reason', 'kept']);
  bench.keep();
  await bench.mustRun(RULE);
  for (const [fault, name] of faultsOf(bench.callsOf('admin'))) {
    try {
      bench.reset();
      await bench.run(RULE, [fault]);
      expect(await bench.provedPoints(source)).toContain(t);
      await bench.mustRun(RULE);
      expect(await bench.provedPoints(source)).toEqual([expect.any(Number), t]);
      expect(bench.leftovers()).toEqual([]);
    } catch (error) {
      throw new Error(name, { cause: error });
    }
  }
});
