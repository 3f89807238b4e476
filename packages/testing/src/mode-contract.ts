import type { Mode } from '@freezer/core';
import { expect } from '@jest/globals';
import { type ContractCase, describeCases, type Waivers } from './contract-case.ts';
import { caught } from './storage/storage-bench.ts';

/** How the suite gets a mode, and how it looks at the application. */
export interface ModeContractOptions {
  /** A mode whose application is not held. */
  readonly open: () => Promise<Mode>;
  /** Whether the application is held still now. Default: nothing is looked at. */
  readonly isHeld?: () => Promise<boolean>;
  readonly waive?: Waivers;
}

/** What a case of the mode contract works with. */
export interface ModeBench {
  readonly mode: Mode;
  /** Fails unless the application is held, or not. */
  readonly expectHeld: (held: boolean) => Promise<void>;
}

export const MODE_CASES: readonly ContractCase<ModeBench>[] = [
  {
    name: 'acquire holds, and release gives back, also when it is called twice',
    run: async ({ mode, expectHeld }) => {
      const lease = await mode.acquire();
      await expectHeld(true);
      await lease.release();
      await expectHeld(false);
      await lease.release();
      await lease[Symbol.asyncDispose]();
      await expectHeld(false);
    },
  },
  {
    name: 'disposal gives back',
    run: async ({ mode, expectHeld }) => {
      const lease = await mode.acquire();
      await lease[Symbol.asyncDispose]();
      await expectHeld(false);
    },
  },
  {
    name: 'a late release does not give back what was acquired since',
    run: async ({ mode, expectHeld }) => {
      const first = await mode.acquire();
      await first.release();
      const second = await mode.acquire();
      await first.release();
      await expectHeld(true);
      await second.release();
      await expectHeld(false);
    },
  },
  {
    name: 'a signal that is aborted already holds nothing',
    run: async ({ mode, expectHeld }) => {
      const signal = AbortSignal.abort(new Error('too late'));
      expect(await caught(async () => await mode.acquire({ signal }))).toBe(signal.reason);
      await expectHeld(false);
    },
  },
  {
    name: 'an abort while acquiring gives back what was held',
    run: async ({ mode, expectHeld }) => {
      const controller = new AbortController();
      const acquired = mode.acquire({ signal: controller.signal });
      controller.abort(new Error('stop'));
      const [result] = await Promise.allSettled([acquired]);
      // One that was quicker than the abort is a lease like any other.
      if (result.status === 'fulfilled') await result.value.release();
      else expect(result.reason).toBe(controller.signal.reason);
      await expectHeld(false);
      await (await mode.acquire()).release();
    },
  },
];

/** The suite that each mode must pass. */
export function describeModeContract(name: string, options: ModeContractOptions): void {
  describeCases(`mode contract: ${name}`, MODE_CASES, {
    waive: options.waive,
    setUp: async () => ({
      bench: {
        mode: await options.open(),
        expectHeld: async (held) => {
          if (options.isHeld) expect(await options.isHeld()).toBe(held);
        },
      },
      cleanUp: async () => undefined,
    }),
  });
}
