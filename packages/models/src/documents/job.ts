import * as z from 'zod';
import { JobAction } from './action.ts';
import { ClientId, DocumentId, idOrNull, textOrNull, Version } from './field.ts';
import { JobSchedule } from './job-schedule.ts';

/** For jobs of central clients: made by the server. */
export const UserCredentials = z.looseObject({ trust_id: z.string(), trustor_user_id: z.string() }).meta({ id: 'UserCredentials' });
export type UserCredentials = z.infer<typeof UserCredentials>;

const sessionId = z.union([z.string().regex(/^[\w-]*$/), z.null()]);

/** What a client is to do, and when. */
export const JobDocument = z
  .looseObject({
    job_id: DocumentId,
    project_id: textOrNull,
    user_id: z.string(),
    job_schedule: JobSchedule,
    client_id: ClientId,
    /** '': in no session. */
    session_id: sessionId,
    session_tag: z.int(),
    description: textOrNull,
    job_actions: z.array(JobAction),
    user_credentials: UserCredentials.optional(),
    _version: Version.optional(),
  })
  .meta({ id: 'Job', description: 'What a client is to do, and when' });
export type JobDocument = z.infer<typeof JobDocument>;

/** Other keys are refused. What the server sets may be sent back, and is dropped. */
export const JobRequest = z
  .strictObject({
    job_actions: z.array(JobAction),
    client_id: ClientId,
    job_schedule: JobSchedule.optional(),
    job_id: DocumentId.or(z.literal('')).optional(),
    project_id: idOrNull.optional(),
    user_id: idOrNull.optional(),
    session_id: sessionId.optional(),
    session_tag: z.int().optional(),
    session_name: textOrNull.optional(),
    description: textOrNull.optional(),
    /** Copied into each `freezer_action` that lacks the key. */
    action_defaults: z.looseObject({}).optional(),
    user_credentials: z.union([z.looseObject({}), z.null()]).optional(),
    _version: z.int().optional(),
  })
  .meta({ id: 'JobRequest' });
export type JobRequest = z.infer<typeof JobRequest>;

/** What is named is changed; `job_schedule` as its keys say. */
export const JobChange = JobRequest.partial()
  .extend({ job_schedule: z.union([JobSchedule, z.null()]).optional() })
  .meta({ id: 'JobChange' });
export type JobChange = z.infer<typeof JobChange>;

/** One pair, whose value is not looked at: `{ "start": null }`. */
export const JobEvent = z.record(z.string(), z.unknown()).meta({ id: 'JobEvent', example: { start: null } });
export type JobEvent = z.infer<typeof JobEvent>;
