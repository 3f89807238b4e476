import * as z from 'zod';
import { DocumentId, idOrNull, Owned, textOrNull, Version } from './field.ts';
import { JOB_ACTION_NAMES, JOB_MODES } from './words.ts';

/** The parameters of an agent's run, as its options are called. Checked only where they stand in a job; other keys are kept. */
export const FreezerAction = z
  .looseObject({
    action: z.enum(JOB_ACTION_NAMES).optional(),
    mode: z.union([z.enum(JOB_MODES), z.null()]).optional(),
    path_to_backup: textOrNull.optional(),
    backup_name: textOrNull.optional(),
    container: textOrNull.optional(),
    restore_abs_path: textOrNull.optional(),
    cindernative_freezer_only: z.union([z.boolean(), z.null()]).optional(),
  })
  .meta({ id: 'FreezerAction', description: 'Options of a run of freezer-agent' });
export type FreezerAction = z.infer<typeof FreezerAction>;

const retries = {
  /** How often the action is tried. */
  max_retries: z.int().optional(),
  /** Seconds between two tries. */
  max_retries_interval: z.int().optional(),
  /** Runs also when an action before it failed. */
  mandatory: z.boolean().optional(),
};

/** An action of a job. Without `action_id` the server makes an action document of it; with one alone it links that. */
export const JobAction = z
  .looseObject({ freezer_action: FreezerAction.optional(), action_id: DocumentId.or(z.literal('')).optional(), ...retries })
  .meta({ id: 'JobAction', description: 'One action of a job' });
export type JobAction = z.infer<typeof JobAction>;

/** An action that jobs can be put together from. */
export const ActionDocument = z
  .looseObject({
    ...Owned.shape,
    action_id: DocumentId,
    freezer_action: z.looseObject({}),
    max_retries: z.int(),
    max_retries_interval: z.int(),
    mandatory: z.boolean(),
    _version: Version.optional(),
  })
  .meta({ id: 'Action', description: 'An action that jobs can be put together from' });
export type ActionDocument = z.infer<typeof ActionDocument>;

/** `freezer_action` may hold anything; keys that would belong into it are checked where they stand beside it. */
export const ActionRequest = z
  .looseObject({
    freezer_action: z.looseObject({}),
    action_id: DocumentId.or(z.literal('')).optional(),
    project_id: idOrNull.optional(),
    user_id: idOrNull.optional(),
    ...retries,
    action: z.string().optional(),
    mode: z.string().optional(),
    path_to_backup: z.string().optional(),
    backup_name: z.string().optional(),
    container: z.string().optional(),
    restore_abs_path: z.string().optional(),
  })
  .meta({ id: 'ActionRequest' });
export type ActionRequest = z.infer<typeof ActionRequest>;

/** What is named is changed; `freezer_action` key by key. */
export const ActionChange = ActionRequest.partial().meta({ id: 'ActionChange' });
export type ActionChange = z.infer<typeof ActionChange>;
