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

const short = z.string().max(255).optional();

/** What our schedulers tell of themselves besides. */
const running = {
  /** Of the installation: schedulers that differ in it are several, also under one client id. */
  instance_uuid: short,
  version: short,
  os: short,
  arch: short,
  timezone: short,
  /** Epoch seconds. */
  started_at: z.int().optional(),
  /** Seconds between two signs of life. */
  poll_interval: z.number().nonnegative().optional(),
  /** `stopped`: it has said good-bye. */
  state: z.enum(['running', 'stopped']).optional(),
  /** The process, so that another one on the same host sees whether it has ended. */
  process: z.object({ pid: z.int(), started: z.string().max(64), boot: z.string().max(64), namespace: z.string().max(64) }).optional(),
};

/** Another scheduler that came with the same id while the first was alive. Times are epoch seconds. */
export const ClientConflict = z.object({ instance_uuid: z.string(), hostname: textOrNull, last_seen: z.int() }).meta({ id: 'ClientConflict' });

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
    ...running,
    /** Epoch seconds of the server's clock: the last sign of life. */
    last_seen: z.int().optional(),
    conflict: z.union([ClientConflict, z.null()]).optional(),
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
  ...running,
  /** The `instance_uuid` of a scheduler whose process has ended, as one on the same host can see. */
  replaces: short,
};

/** Of other keys nothing is kept. */
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
