import * as z from 'zod';
import { ALERT_KINDS, ALERT_SEVERITIES } from './words.ts';

/** Something that needs attention. It is worked out anew each time, and is gone when its reason is. */
export const AlertDocument = z
  .looseObject({
    /** The same as long as it is about the same thing. */
    alert_id: z.string(),
    project_id: z.string(),
    kind: z.enum(ALERT_KINDS),
    severity: z.enum(ALERT_SEVERITIES),
    /** One line for people. */
    message: z.string(),
    /** Epoch seconds: since when. */
    since: z.int(),
    /** Seconds by which a limit was passed. */
    age: z.int(),
    job_id: z.string().optional(),
    client_id: z.string().optional(),
    /** `<container>/<host>_<backup name>`. */
    backup_set: z.string().optional(),
  })
  .meta({ id: 'Alert', description: 'Something that needs attention' });
export type AlertDocument = z.infer<typeof AlertDocument>;
