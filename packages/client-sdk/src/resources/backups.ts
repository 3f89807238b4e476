import type { BackupChange, BackupDocument, BackupRequest } from '@freezer/models';
import type { Caller, CallOptions } from '../caller.ts';
import { Collection, type Root, type WriteOptions } from './collection.ts';

/** Records of what was saved. The data itself lies on the storage. */
export class Backups extends Collection<BackupDocument> {
  constructor(caller: Caller, root: Root) {
    super(caller, root, { plural: 'backups', singular: 'backup', idKey: 'backup_id' });
  }

  /** Adds a record; resolves with its id. The same metadata twice are two records. */
  async create(metadata: BackupRequest, options: CallOptions = {}): Promise<string> {
    return (await this.post(metadata, undefined, options)).id;
  }

  /** Merges into the metadata, and sets the status; resolves with the whole record. Not in API version 1. */
  async update(id: string, change: BackupChange, options: WriteOptions = {}): Promise<BackupDocument> {
    return (await this.patch(id, change, options)) as BackupDocument;
  }
}
