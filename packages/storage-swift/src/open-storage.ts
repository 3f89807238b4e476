import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outage, type RetryPolicy, type StorageDeps } from '@freezer/core';
import { SwiftClient } from './client.ts';
import { BlockPool, FileHold, type Hold, MemoryHold } from './hold.ts';
import { openAccount, planAccount } from './open-account.ts';
import type { SwiftStorageOptions } from './options.ts';
import { placeOf } from './place.ts';
import { SwiftStorage } from './swift-storage.ts';
import { Transport } from './transport.ts';

/** Of larger segments the bytes are held in a file. */
const MEMORY_BYTES = 64 * 1024 * 1024;
/** What is no `data` is one object up to this size, as in Freezer, however small the segments are. */
const WHOLE_BYTES = 32 * 1024 * 1024;
/** With these a server that is away for half a minute is waited for, whatever chance makes of the waits; `Outage` ends it after 45 s. */
const PATIENCE = { attempts: 12, maxDelayMs: 8000 } as const;

/** What tests have shorter. */
export interface OpenLimits {
  readonly policy?: RetryPolicy;
  readonly wholeBytes?: number;
}

/** Logs in and finds the account, so that wrong credentials or an unknown region are told at once. */
export async function openSwiftStorage(options: SwiftStorageOptions, { logger, run }: StorageDeps, limits: OpenLimits = {}): Promise<SwiftStorage> {
  const plan = await planAccount(options);
  const transport = await Transport.open({ tls: plan.tls, proxy: options.proxy, idleMs: options.timeoutSeconds * 1000 });
  const policy: RetryPolicy = { ...PATIENCE, logger, outage: new Outage(limits.policy), ...limits.policy };
  const account = openAccount(plan, transport, policy);
  const close = async (): Promise<void> => {
    await account.close();
    await transport[Symbol.asyncDispose]();
  };
  try {
    const client = new SwiftClient(account, transport, policy);
    const storageUrl = await client.storageUrl();
    const cutting = {
      segmentBytes: options.segmentBytes,
      wholeBytes: limits.wholeBytes ?? WHOLE_BYTES,
      segmentsInFlight: options.segmentsInFlight,
      isStatic: options.largeObjects === 'static',
      hold: await holds(options, run.id),
    };
    return new SwiftStorage({ client, storageUrl, place: placeOf(options.container, options.containerPrefix), cutting, close }, { logger });
  } catch (error) {
    await close();
    throw error;
  }
}

/** The agent's private folder of this run, where there is one. */
async function holds({ stateDir }: SwiftStorageOptions, runId: string): Promise<(bytes: number) => Hold> {
  const work = stateDir === undefined ? undefined : join(stateDir, 'work', runId);
  const isThere =
    work !== undefined &&
    (await access(work).then(
      () => true,
      () => false,
    ));
  const folder = isThere ? work : tmpdir();
  const pool = new BlockPool();
  return (bytes) => (bytes > MEMORY_BYTES ? new FileHold(folder, `segment-${randomUUID()}`) : new MemoryHold(pool));
}
