import { FreezerError } from '@freezer/core';
import * as z from 'zod';

/** How a Swift storage is opened. */
export interface SwiftStorageOptions {
  /** `container` or `container/prefix`. */
  readonly container: string;
  /** What the name of the container begins with, whether that was written or not; '' for none. */
  readonly containerPrefix: string;
  readonly segmentBytes: number;
  readonly segmentsInFlight: number;
  readonly largeObjects: 'dynamic' | 'static';
  /** How long a server may keep silent. */
  readonly timeoutSeconds: number;
  /** `http://host:port` of a proxy. */
  readonly proxy: string | undefined;
  /** Where the agent keeps its state; large segments are held there. */
  readonly stateDir: string | undefined;
  /** A file with the account's variables: they count, and no others. */
  readonly osrc: string | undefined;
  /** The account's variables by the names that they have in an environment. */
  readonly variables: Readonly<Record<string, string>>;
}

const SIZE_HELP = 'must be a number of bytes, 1 to 5368709120';
const COUNT_HELP = 'must be a number, 1 to 64';
const LARGEST_SEGMENT = 5 * 1024 ** 3;

/** An empty text is what an option that nobody gave may hold. */
const text = z
  .string()
  .optional()
  .transform((value) => (value === '' ? undefined : value));

const schema = z.looseObject({
  container: z
    .string({ error: 'must be the name of a container' })
    .regex(/^[^\p{Cc}\p{Surrogate}]*$/u, 'must hold no control characters')
    .refine((value) => !value.split('/').some((part) => part === '.' || part === '..'), "must hold no '.' or '..'")
    .refine((value) => value.split('/').some((part) => part !== ''), 'must be the name of a container'),
  container_prefix: z
    .string()
    .regex(/^[^/\p{Cc}]*$/u, 'must hold no slash')
    .default(''),
  max_segment_size: z.coerce.number({ error: SIZE_HELP }).int(SIZE_HELP).min(1, SIZE_HELP).max(LARGEST_SEGMENT, SIZE_HELP).default(33_554_432),
  segments_in_flight: z.coerce.number({ error: COUNT_HELP }).int(COUNT_HELP).min(1, COUNT_HELP).max(64, COUNT_HELP).default(1),
  swift_large_objects: z.enum(['dynamic', 'static'], { error: "must be 'dynamic' or 'static'" }).default('dynamic'),
  swift_timeout: z.coerce.number({ error: 'must be a number of seconds' }).min(0.1, 'must be a number of seconds').default(60),
  proxy: text,
  state_dir: text,
  osrc: text,
  insecure: z.union([z.boolean(), z.string()]).optional(),
});

/** Reads the settings of a Swift storage. Fails with `invalid`, naming the key and what is allowed, never a value that is secret. */
export function readSwiftSettings(settings: Readonly<Record<string, unknown>>): SwiftStorageOptions {
  const result = schema.safeParse(settings);
  if (!result.success) {
    // The first of each key: what an empty text breaks besides is no news.
    const reasons = new Map(result.error.issues.toReversed().map(({ path, message }) => [path.join('.'), message]));
    throw new FreezerError('invalid', [...reasons].map(([key, message]) => `${key}: ${message}`).join('; '));
  }
  const read = result.data;
  return {
    container: read.container,
    containerPrefix: read.container_prefix,
    segmentBytes: read.max_segment_size,
    segmentsInFlight: read.segments_in_flight,
    largeObjects: read.swift_large_objects,
    timeoutSeconds: read.swift_timeout,
    proxy: read.proxy,
    stateDir: read.state_dir,
    osrc: read.osrc,
    variables: variablesOf(settings, read.insecure),
  };
}

/** `os_auth_url` is `OS_AUTH_URL`. */
function variablesOf(settings: Readonly<Record<string, unknown>>, insecure: boolean | string | undefined): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (/^os_[a-z_]+$/.test(key) && typeof value === 'string' && value !== '') found[key.toUpperCase()] = value;
  }
  if (insecure !== undefined && insecure !== false && insecure !== '') found['OS_INSECURE'] = String(insecure);
  return found;
}
