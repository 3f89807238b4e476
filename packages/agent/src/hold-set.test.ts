import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteStream, FreezerError, type ObjectInfo, type PutOptions, SILENT } from '@freezer/core';
import { ownerBytes, thisOwner } from '@freezer/format';
import { MemoryStorage } from '@freezer/testing';
import { expect, it } from '@jest/globals';
import { holdSet } from './hold-set.ts';

/** As FTP does it: whoever places a name that must be absent claims it first, by a folder beside those of runs. */
class ClaimingStorage extends MemoryStorage {
  override async put(key: string, body: ByteStream, options: PutOptions = {}): Promise<ObjectInfo> {
    if (options.ifAbsent === true && this.place.remains.has('claim-1')) throw new FreezerError('unavailable', 'another run claims this name');
    return await super.put(key, body, options);
  }
}

it('a claim on the name of the lock that a killed run left does not keep the next run from locking', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'freezer-hold-'));
  try {
    const owner = await thisOwner('self', 1000);
    const storage = new ClaimingStorage();
    storage.place.remains.set('claim-1', { owner: ownerBytes({ ...owner, run_id: 'dead', boot: 'another boot' }), modifiedAt: Date.now() });
    await storage.prepare();
    const context = { storage, stateDir: folder, work: { path: folder }, owner, logger: SILENT, now: () => 1000, signal: new AbortController().signal };
    const set = { engine: 'tar', host: 'host', name: 'set' };
    const lock = await holdSet(context, { set, waitSeconds: 0, dryRun: false });
    await lock?.check();
    await lock?.release();
    expect([...storage.place.remains.keys()]).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
