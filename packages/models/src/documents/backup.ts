import * as z from 'zod';
import { DocumentId, textOrNull, Version } from './field.ts';
import { BACKUP_STATUSES } from './words.ts';

const filled = z.string().min(1);

/** What an agent tells of a backup, kept as it was sent. The first names of the API said `host_name`. */
export const BackupMetadata = z.looseObject({ container: z.unknown(), backup_name: z.unknown() }).meta({ id: 'BackupMetadata' });
export type BackupMetadata = z.infer<typeof BackupMetadata>;

/** A backup that somebody made. */
export const BackupDocument = z
  .looseObject({
    project_id: textOrNull,
    backup_id: DocumentId,
    user_id: z.string(),
    /** Version 1 only. */
    user_name: textOrNull.optional(),
    /** Version 2, and only when it was ever set. */
    status: z.string().optional(),
    backup_metadata: z.looseObject({}),
    _version: Version.optional(),
  })
  .meta({ id: 'Backup', description: 'A backup that somebody made' });
export type BackupDocument = z.infer<typeof BackupDocument>;

/** Metadata; `status` is taken out of it. One of `hostname` and `host_name` must be there. */
export const BackupRequest = z
  .looseObject({
    container: filled,
    backup_name: filled,
    hostname: filled.optional(),
    host_name: filled.optional(),
    status: z.enum(BACKUP_STATUSES).optional(),
  })
  .refine((metadata) => metadata.hostname !== undefined || metadata.host_name !== undefined, { path: ['hostname'], message: 'is required' })
  .meta({ id: 'BackupRequest' });
export type BackupRequest = z.infer<typeof BackupRequest>;

/** Metadata are merged key by key. */
export const BackupChange = z
  .looseObject({ status: z.enum(BACKUP_STATUSES).optional(), backup_metadata: z.looseObject({}).optional() })
  .meta({ id: 'BackupChange' });
export type BackupChange = z.infer<typeof BackupChange>;
