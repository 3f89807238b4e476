import type { Store } from '@freezer/core';
import { type ContractCase, describeCases, type Waivers } from '../contract-case.ts';
import { DOCUMENT_CASES } from './cases/document-cases.ts';
import { MATCH_CASES } from './cases/match-cases.ts';
import { ODD_CASES } from './cases/odd-cases.ts';
import { PAGE_CASES } from './cases/page-cases.ts';
import { PLACE_CASES } from './cases/place-cases.ts';
import { SCOPE_CASES } from './cases/scope-cases.ts';
import { WRITER_CASES } from './cases/writer-cases.ts';
import type { StoreBench } from './store-bench.ts';

/** How the suite gets its stores, and what it must know of them. */
export interface StoreContractOptions {
  /** A store on a fresh, empty place; the suite migrates and closes it. */
  readonly open: () => Promise<Store>;
  /** Another one on the place of the last `open`, as another process has it. */
  readonly openAnother: () => Promise<Store>;
  readonly waive?: Waivers;
  /** Number of documents of the long lists. Default: 250. */
  readonly manyDocuments?: number;
  /** Bytes of the big document. Default: 1 MiB. */
  readonly bigBytes?: number;
}

/** Every promise of the contract `Store`, to be run by hand; `describeStoreContract` is what a store's own test calls. */
export const STORE_CASES: readonly ContractCase<StoreBench>[] = [
  ...DOCUMENT_CASES,
  ...WRITER_CASES,
  ...SCOPE_CASES,
  ...MATCH_CASES,
  ...PAGE_CASES,
  ...ODD_CASES,
  ...PLACE_CASES,
];

/** Opens what a case needs. */
export async function openStoreBench(options: StoreContractOptions): Promise<{ bench: StoreBench; cleanUp: () => Promise<void> }> {
  const store = await options.open();
  const others: Store[] = [];
  await store.migrate();
  const bench: StoreBench = {
    store,
    openAnother: async () => {
      const other = await options.openAnother();
      others.push(other);
      return other;
    },
    manyDocuments: options.manyDocuments ?? 250,
    bigBytes: options.bigBytes ?? 1_048_576,
  };
  const cleanUp = async (): Promise<void> => {
    for (const each of [...others, store]) await each[Symbol.asyncDispose]();
  };
  return { bench, cleanUp };
}

/** The suite that each store must pass. A case that a backend cannot pass is waived by its name, with the reason. */
export function describeStoreContract(kind: string, options: StoreContractOptions): void {
  describeCases(`store contract: ${kind}`, STORE_CASES, { waive: options.waive, setUp: async () => await openStoreBench(options) });
}
