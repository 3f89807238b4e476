import * as z from 'zod';

/** Ids of jobs, actions, sessions, backups. */
export const DocumentId = z.string().regex(/^[\w-]+$/);

/** `<project id>_<host name>`, or a host name alone. */
export const ClientId = z
  .string()
  .regex(/^(?:([\w-]+)_)?([a-zA-Z\d]|[a-zA-Z\d][a-zA-Z\d-]{0,61}[a-zA-Z\d])(\.([a-zA-Z\d]|[a-zA-Z\d][a-zA-Z\d-]{0,61}[a-zA-Z\d]))*$/);

/** The same expression for a host name is not anchored: all that it refuses is a text without any letter or digit. */
export const HostName = z.string().regex(/[a-zA-Z\d]/);

/** A project or user that is sent back; version 1 shows no projects. */
export const idOrNull = z.union([DocumentId, z.null()]);

export const textOrNull = z.union([z.string(), z.null()]);

/** What the server sets; a client may send it back, and it is dropped. `null`: version 1 shows no projects. */
export const Owned = z.object({ project_id: textOrNull, user_id: z.string() });

/** Counts from 1, and one more with each write. */
export const Version = z.int();
