import type { BackupChange, BackupDocument, BackupRequest } from '@freezer/models';
import type { Caller, CallOptions } from '../caller.ts';
import { Collection, type Root, type WriteOptions } from './collection.ts';

export interface NewBackupOptions extends CallOptions {
  /** For servers with the feature `idempotency-key`: the call is repeated like a GET, and may be made again later; there will be one record. */
  readonly idempotencyKey?: string;
}

/** Records of what was saved. The data itself lies on the storage. */
export class Backups extends Collection<BackupDocument> {
  constructor(caller: Caller, root: Root) {
    super(caller, root, { plural: 'backups', singular: 'backup', idKey: 'backup_id' });
  }

  /** Adds a record; resolves with its id. The same metadata twice are two records, but with the same key, which only our server looks at. */
  async create(metadata: BackupRequest, { idempotencyKey, ...options }: NewBackupOptions = {}): Promise<string> {
    const keyed = idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': idempotencyKey }, isRepeatable: true };
    return (await this.post(metadata, undefined, { ...options, ...keyed })).id;
  }

  /** Merges into the metadata, and sets the status; resolves with the whole record. Not in API version 1. */
  async update(id: string, change: BackupChange, options: WriteOptions = {}): Promise<BackupDocument> {
    return (await this.patch(id, change, options)) as BackupDocument;
  }
}
