import { FreezerError } from '@freezer/core';
import * as z from 'zod';

/** Amazon's smallest part of a multipart upload; the last one may be smaller. */
const PART_MIN_BYTES = 5 * 1024 * 1024;
const PART_DEFAULT_BYTES = 33_554_432;
/** Amazon's largest. */
const PART_MAX_BYTES = 5 * 1024 ** 3;

/** How long what is written cannot be removed, by anybody or by nobody without the right to. */
export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days: number;
}

/** How an S3 storage is opened. */
export interface S3StorageOptions {
  readonly bucket: string;
  /** What each key begins with, without a `/` at its ends; '' for none. */
  readonly prefix: string;
  /** Without: Amazon's, in `region`. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken: string | undefined;
  /** The bucket stands in the path of the address, not in its host name. */
  readonly pathStyle: boolean;
  readonly storageClass: string | undefined;
  readonly retention: Retention | undefined;
  /** A file with the certificates that are trusted in place of the system's. */
  readonly caFile: string | undefined;
  /** False: any certificate of the server is believed. */
  readonly checksCertificate: boolean;
  /** Size of the parts of a large object. */
  readonly partBytes: number;
}

/** An empty text is what an option that nobody gave may hold. */
const text = z
  .string()
  .optional()
  .transform((value) => (value === '' ? undefined : value));

const TRUTH: Readonly<Record<string, boolean>> = { true: true, yes: true, on: true, '1': true, false: false, no: false, off: false, '0': false, '': false };
const truth = z.union(
  [
    z.boolean(),
    z
      .string()
      .regex(/^(true|yes|on|1|false|no|off|0|)$/i)
      .transform((value) => TRUTH[value.toLowerCase()] === true),
  ],
  {
    error: 'must be true or false',
  },
);

const needed = (help: string): z.ZodString => z.string({ error: help }).min(1, help);

const schema = z
  .object({
    container: needed('must be the name of a bucket, or BUCKET/PREFIX').regex(
      /^[^/\p{Cc}]+(\/[^\p{Cc}]*)?$/u,
      'must be the name of a bucket, or BUCKET/PREFIX, and not begin with /',
    ),
    access_key: needed('No access key found for S3 compatible storage: --access-key, $ACCESS_KEY or $AWS_ACCESS_KEY_ID'),
    secret_key: needed('No secret key found for S3 compatible storage: --secret-key, $SECRET_KEY or $AWS_SECRET_ACCESS_KEY'),
    endpoint: text.refine((value) => value === undefined || /^https?:\/\/[^/\s@]+(\/[^\s]*)?$/i.test(value), {
      error: "must be an address such as 'https://s3.example:8080', without an account in it",
    }),
    s3_region: text,
    s3_session_token: text,
    s3_path_style: truth.optional(),
    s3_storage_class: text,
    s3_object_lock: z
      .union([z.enum(['governance', 'compliance']), z.literal('').transform(() => undefined)], { error: "must be 'governance' or 'compliance'" })
      .optional(),
    s3_object_lock_days: z.coerce.number({ error: 'must be a number of days' }).int().min(1).max(36_500).optional(),
    s3_cacert: text,
    os_cacert: text,
    insecure: truth.optional(),
    max_segment_size: z.coerce.number({ error: 'must be a number of bytes' }).int().min(1).max(PART_MAX_BYTES).default(PART_DEFAULT_BYTES),
  })
  .refine(({ s3_object_lock, s3_object_lock_days }) => (s3_object_lock === undefined) === (s3_object_lock_days === undefined), {
    path: ['s3_object_lock'],
    error: 's3_object_lock and s3_object_lock_days go together',
  })
  .refine(({ endpoint, s3_region }) => endpoint !== undefined || s3_region !== undefined, {
    path: ['endpoint'],
    error: 'No endpoint found for S3 compatible storage: --endpoint or $ENDPOINT; or, for Amazon, --s3-region or $AWS_REGION',
  });

/** Reads the settings of an S3 storage. Fails with `invalid`, naming the key and what is allowed, never a value that is secret. */
export function readS3Settings(settings: Readonly<Record<string, unknown>>): S3StorageOptions {
  const result = schema.safeParse(settings);
  if (!result.success) {
    // The first of each key: what an empty text breaks besides is no news.
    const reasons = new Map(result.error.issues.toReversed().map(({ path: key, message }) => [key.join('.'), message]));
    throw new FreezerError('invalid', [...reasons].map(([key, message]) => `${key}: ${message}`).join('; '));
  }
  const read = result.data;
  const [bucket = '', ...rest] = read.container.split('/');
  const { s3_object_lock: mode, s3_object_lock_days: days } = read;
  return {
    bucket,
    prefix: rest.filter((segment) => segment !== '').join('/'),
    endpoint: read.endpoint,
    region: read.s3_region ?? 'us-east-1',
    accessKey: read.access_key,
    secretKey: read.secret_key,
    sessionToken: read.s3_session_token,
    pathStyle: read.s3_path_style ?? read.endpoint !== undefined,
    storageClass: read.s3_storage_class,
    retention: mode === undefined || days === undefined ? undefined : { mode: mode === 'governance' ? 'GOVERNANCE' : 'COMPLIANCE', days },
    caFile: read.s3_cacert ?? read.os_cacert,
    checksCertificate: read.insecure !== true,
    partBytes: Math.max(PART_MIN_BYTES, read.max_segment_size),
  };
}
