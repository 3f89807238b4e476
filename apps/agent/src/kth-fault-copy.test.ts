import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareTrees, type Fault, readTree } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CopyBench } from '../test-support/copy-bench.ts';
import { faultsOf, type PlannedCall, plannedCalls } from '../test-support/planned-faults.ts';
import type { StopSignal } from './exit-code.ts';

jest.setTimeout(300_000);

let bench: CopyBench;
beforeEach(() => {
  bench = new CopyBench();
  mkdirSync(join(bench.source, 'folder'), { recursive: true });
});
afterEach(() => bench[Symbol.dispose]());

/** A chain whose newest level took the place of another; the target has the full already. */
async function fillBoth(): Promise<void> {
  const rounds = [[], ['--always-level', '1'], ['--always-level', '1']];
  for (const [round, options] of rounds.entries()) {
    writeFileSync(join(bench.source, 'folder', `file ${round}`), `of round ${round}`);
    await bench.at('near', 'backup', '-F', bench.source, '--nosync', '--compression', 'none', '--suspicious-below', '0', ...options);
    if (round === 0) expect(await bench.copy()).toMatchObject({ code: 0, complaints: '' });
  }
  bench.keep();
}

/** A call that hangs until the run is told to stop. Its storage listens to that. */
function hanging({ operation, call }: PlannedCall, tell: () => void): Fault {
  return {
    operation,
    call,
    kind: 'delay',
    get until() {
      tell();
      return Promise.resolve();
    },
  };
}

describe('a copy to a target that has the full, of which the k-th storage call goes wrong, for all k', () => {
  async function mustCopy(): Promise<void> {
    expect(await bench.copy()).toMatchObject({ code: 0, complaints: '' });
    expect([bench.expectSound(), bench.leftovers()]).toEqual([bench.levels, []]);
  }

  test('failed, cut off, done twice, hanging until SIGTERM: the source stays as it is, what the target shows is whole, the next copy ends it', async () => {
    let stop: ((signal: StopSignal) => void) | undefined;
    bench.here.onStart = (end) => (stop = end);
    await fillBoth();
    await mustCopy();
    const calls = { near: plannedCalls(bench.callsOf('near')), far: plannedCalls(bench.callsOf('far')) };
    expect(Math.min(calls.near.length, calls.far.length)).toBeGreaterThan(10);
    const gone = new Set<string>();
    for (const end of ['near', 'far'] as const) {
      for (const call of calls[end]) {
        for (const fault of [...faultsOf(call), hanging(call, () => stop?.('SIGTERM'))]) {
          try {
            bench.reset();
            const { code, complaints } = await bench.copy({ [end]: [fault] });
            if (fault.kind !== 'delay') expect([0, 1]).toContain(code);
            // Told at its last call it may have done all that it had to.
            else expect([0, 143]).toContain(code);
            if (code === 1) expect(complaints).toMatch(/^Critical Error: .+\n$/);
            const whole = bench.expectSound();
            if (code === 0) expect(whole).toBe(bench.levels);
            // Most faults leave one of few states; each is gone on from once.
            if (!gone.has(bench.state)) {
              gone.add(bench.state);
              await mustCopy();
            }
          } catch (error) {
            throw new Error(`${end}: ${call.name}, ${fault.kind} ${fault.bytes ?? ''}`, { cause: error });
          }
        }
      }
    }
    const target = bench.here.path('target');
    await bench.at('far', 'restore', '--restore-abs-path', target);
    expect(compareTrees(await readTree(bench.source), await readTree(target))).toEqual([]);
  });
});
