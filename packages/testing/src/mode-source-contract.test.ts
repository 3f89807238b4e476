import { type CallOptions, FreezerError, type Mode, type ModeLease, type Source } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { describeModeContract, MODE_CASES } from './mode-contract.ts';
import { describeSourceContract, SOURCE_CASES } from './source-contract.ts';

let held = 0;

const leaseOf = (release: () => Promise<void>): ModeLease => ({ release, [Symbol.asyncDispose]: release });

const countingMode = ({ releasesOnce, heedsAbort }: { releasesOnce: boolean; heedsAbort: boolean }): Mode => ({
  name: 'counting',
  acquire: async ({ signal }: CallOptions = {}) => {
    if (heedsAbort) signal?.throwIfAborted();
    held += 1;
    let isOurs = true;
    return leaseOf(async () => {
      if (releasesOnce && !isOurs) return;
      isOurs = false;
      held -= 1;
    });
  },
});

const sourceOf = (name: string, code: 'not_found' | 'unexpected' | undefined, message: string): Source => ({
  kind: 'test',
  open: async ({ signal } = {}) => {
    signal?.throwIfAborted();
    if (code) throw new FreezerError(code, message);
    return { kind: 'test', resource: name, description: name, ...leaseOf(async () => undefined) };
  },
});

describeModeContract('counting', {
  open: async () => {
    held = 0;
    return countingMode({ releasesOnce: true, heedsAbort: true });
  },
  isHeld: async () => held !== 0,
});

describeSourceContract('test', {
  open: async () => ({ present: sourceOf('here', undefined, ''), absent: { source: sourceOf('there', 'not_found', 'there: no such thing'), named: 'there' } }),
});

describe('the mode contract', () => {
  it.each([
    ['a release that counts twice', { releasesOnce: false, heedsAbort: true }],
    ['an acquire that ignores abort', { releasesOnce: true, heedsAbort: false }],
  ])('catches %s', async (_, flaws) => {
    const failed: string[] = [];
    for (const { name, run } of MODE_CASES) {
      held = 0;
      const expectHeld = async (expected: boolean): Promise<void> => expect(held !== 0).toBe(expected);
      await run({ mode: countingMode(flaws), expectHeld }).catch(() => failed.push(name));
    }
    expect(failed.length).toBeGreaterThan(0);
  });
});

describe('the source contract', () => {
  it.each([
    ['a wrong code', 'unexpected', 'there: no such thing'],
    ['a message without the name', 'not_found', 'no such thing'],
  ] as const)('catches %s', async (_, code, message) => {
    const absent = { source: sourceOf('there', code, message), named: 'there' };
    const runs = await Promise.allSettled(SOURCE_CASES.map(async ({ run }) => await run({ present: sourceOf('here', undefined, ''), absent })));
    expect(runs.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });
});
