import * as z from 'zod';
import { ClientId, HostName, textOrNull, Version } from './field.ts';
import { CLIENT_ACTIONS, CLIENT_ENGINES, CLIENT_MODES, CLIENT_STORAGES, JOB_ACTION_NAMES, JOB_MODES } from './words.ts';

const listOf = <const T extends readonly [string, ...string[]]>(words: T) => z.array(z.enum(words)).optional();

const capabilities = {
  supported_actions: listOf(JOB_ACTION_NAMES),
  supported_modes: listOf(JOB_MODES),
  supported_storages: listOf(CLIENT_STORAGES),
  supported_engines: listOf([...CLIENT_ENGINES, 'stream']),
};

/** A host that runs jobs, as it describes itself. Absent capabilities mean all. */
export const ClientRecord = z
  .looseObject({
    uuid: z.string(),
    hostname: textOrNull,
    client_id: z.string(),
    is_central: z.boolean().optional(),
    description: textOrNull,
    supported_actions: z.array(z.string()).optional(),
    supported_modes: z.array(z.string()).optional(),
    supported_storages: z.array(z.string()).optional(),
    supported_engines: z.array(z.string()).optional(),
  })
  .meta({ id: 'ClientRecord' });
export type ClientRecord = z.infer<typeof ClientRecord>;

/** A host that runs jobs. */
export const ClientDocument = z
  .looseObject({ project_id: textOrNull, user_id: z.string(), client: ClientRecord, _version: Version.optional() })
  .meta({ id: 'Client', description: 'A host that runs jobs' });
export type ClientDocument = z.infer<typeof ClientDocument>;

const described = {
  hostname: z.union([HostName, z.null()]).optional(),
  description: textOrNull.optional(),
  uuid: z.string().optional(),
  ...capabilities,
  is_central: z.boolean().optional(),
};

/** Other keys are kept. */
export const ClientRequest = z.looseObject({ client_id: ClientId, ...described }).meta({ id: 'ClientRequest' });
export type ClientRequest = z.infer<typeof ClientRequest>;

/** What is named is changed; the id stays. */
export const ClientChange = z.looseObject({ ...described, client_id: ClientId.optional() }).meta({ id: 'ClientChange' });
export type ClientChange = z.infer<typeof ClientChange>;

/** What a client can do that named nothing. */
export const ALL_CAPABILITIES = {
  supported_actions: CLIENT_ACTIONS,
  supported_modes: CLIENT_MODES,
  supported_storages: CLIENT_STORAGES,
  supported_engines: CLIENT_ENGINES,
} as const;
