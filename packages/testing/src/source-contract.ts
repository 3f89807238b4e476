import { messageOf, type Source } from '@freezer/core';
import { expect } from '@jest/globals';
import { type ContractCase, describeCases, type Waivers } from './contract-case.ts';
import { caught, expectCode } from './storage/storage-bench.ts';

/** What a case of the source contract works with. */
export interface SourceBench {
  /** Of something that is there. */
  readonly present: Source;
  /** Of something that is not, and the name that the user gave it. */
  readonly absent: { readonly source: Source; readonly named: string };
}

export interface SourceContractOptions {
  readonly open: () => Promise<SourceBench>;
  readonly waive?: Waivers;
}

export const SOURCE_CASES: readonly ContractCase<SourceBench>[] = [
  {
    name: 'a lease says what it is, and is released twice without harm',
    run: async ({ present }) => {
      const lease = await present.open();
      expect(Math.min(lease.kind.length, lease.resource.length, lease.description.length)).toBeGreaterThan(0);
      await lease.release();
      await lease.release();
      await lease[Symbol.asyncDispose]();
    },
  },
  {
    name: 'a source can be opened again after its release',
    run: async ({ present }) => {
      const first = await present.open();
      await first.release();
      const second = await present.open();
      expect(second.description).toBe(first.description);
      await second.release();
    },
  },
  {
    name: 'what is absent fails with not_found, naming it',
    run: async ({ absent }) => {
      await expectCode(async () => await absent.source.open(), 'not_found');
      expect(messageOf(await caught(async () => await absent.source.open()))).toContain(absent.named);
    },
  },
  {
    name: 'a signal that is aborted already opens nothing',
    run: async ({ present }) => {
      const signal = AbortSignal.abort(new Error('too late'));
      expect(await caught(async () => await present.open({ signal }))).toBe(signal.reason);
    },
  },
];

/** The suite that each source must pass. */
export function describeSourceContract(kind: string, options: SourceContractOptions): void {
  describeCases(`source contract: ${kind}`, SOURCE_CASES, {
    waive: options.waive,
    setUp: async () => ({ bench: await options.open(), cleanUp: async () => undefined }),
  });
}
