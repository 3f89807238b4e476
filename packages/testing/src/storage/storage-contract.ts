import type { Storage } from '@freezer/core';
import { type ContractCase, describeCases, type Waivers } from '../contract-case.ts';
import { LISTING_CASES } from './cases/listing-cases.ts';
import { OBJECT_CASES } from './cases/object-cases.ts';
import { RUN_CASES } from './cases/run-cases.ts';
import { WRITE_CASES } from './cases/write-cases.ts';
import type { StorageBench } from './storage-bench.ts';

/** How the suite gets its storages, and what it must know of them. */
export interface StorageContractOptions {
  /** A storage on a fresh, empty place; the suite prepares and closes it. */
  readonly open: () => Promise<Storage>;
  /** Another one on the place of the last `open`, with another run id. */
  readonly openAnother: () => Promise<Storage>;
  readonly waive?: Waivers;
  /** Size of the large object in bytes. Default: 3 000 001. */
  readonly largeBytes?: number;
  /** Number of objects of the long listing. Default: 2 500. */
  readonly manyObjects?: number;
  /** Whether the backend can hold an object of this name. Default: every name. */
  readonly allowsName?: (name: string) => boolean;
}

/** Every promise of the contract `Storage`, to be run by hand; `describeStorageContract` is what a storage's own test calls. */
export const STORAGE_CASES: readonly ContractCase<StorageBench>[] = [...OBJECT_CASES, ...WRITE_CASES, ...LISTING_CASES, ...RUN_CASES];

/** Opens what a case needs. */
export async function openStorageBench(options: StorageContractOptions): Promise<{ bench: StorageBench; cleanUp: () => Promise<void> }> {
  const storage = await options.open();
  const others: Storage[] = [];
  await storage.prepare();
  const bench: StorageBench = {
    storage,
    openAnother: async () => {
      const other = await options.openAnother();
      others.push(other);
      await other.prepare();
      return other;
    },
    largeBytes: options.largeBytes ?? 3_000_001,
    manyObjects: options.manyObjects ?? 2500,
    allowsName: options.allowsName ?? (() => true),
  };
  const cleanUp = async (): Promise<void> => {
    for (const each of [...others, storage]) await each.close();
  };
  return { bench, cleanUp };
}

/** The suite that each storage must pass. A case that a backend cannot pass is waived by its name, with the reason. */
export function describeStorageContract(kind: string, options: StorageContractOptions): void {
  describeCases(`storage contract: ${kind}`, STORAGE_CASES, { waive: options.waive, setUp: async () => await openStorageBench(options) });
}
