import { FILE_MODE_HELP, folderModeOf, readFileMode, settingsFault } from '@freezer/core';
import * as z from 'zod';

/** How the connection is protected: not at all, by TLS after a clear greeting (AUTH TLS), or by TLS from its first byte. */
export type Protection = 'none' | 'explicit' | 'implicit';

/** How an FTP storage is opened. */
export interface FtpStorageOptions {
  /** The value of `--storage`. */
  readonly kind: 'ftp' | 'ftps';
  /** The directory on the server; a relative one begins where the log-in leads. */
  readonly container: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string | undefined;
  /** A file whose first line is the password. */
  readonly passwordFile: string | undefined;
  readonly protection: Protection;
  /** False: any certificate of the server is believed. */
  readonly checksCertificate: boolean;
  /** A file with the certificates that are trusted in place of the system's. */
  readonly caFile: string | undefined;
  /** A client certificate and its private key. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** Permission bits of the files that are made. */
  readonly fileMode: number;
  /** Permission bits of the folders that are made. */
  readonly folderMode: number;
}

const fileMode = z
  .unknown()
  .refine((value) => readFileMode(value) !== undefined, { error: FILE_MODE_HELP })
  .transform((value) => readFileMode(value) ?? 0o600)
  .default(0o600);

/** An empty text is what an option that nobody gave may hold. */
const text = z
  .string()
  .optional()
  .transform((value) => (value === '' ? undefined : value));

const plain = (help: string): z.ZodString =>
  z
    .string({ error: help })
    .min(1, help)
    .regex(/^[^\p{Cc}]+$/u, help);

const TRUTH: Readonly<Record<string, boolean>> = { true: true, yes: true, on: true, '1': true, false: false, no: false, off: false, '0': false, '': false };
const truth = z
  .union(
    [
      z.boolean(),
      z
        .string()
        .regex(/^(true|yes|on|1|false|no|off|0|)$/i)
        .transform((value) => TRUTH[value.toLowerCase()] === true),
    ],
    { error: 'must be true or false' },
  )
  .optional()
  .transform((value) => value === true);

/** Where FTP with TLS from the first byte listens by custom. */
const IMPLICIT_PORT = 990;

const settingsOf = {
  container: plain('must be the path of a directory on the server'),
  ftp_host: plain('must be the name or address of the server: Please provide --ftp-host value.').regex(/^[^\s/@]+$/, 'must be a name or an address alone'),
  ftp_port: z.coerce.number({ error: 'must be a port, 1 to 65535' }).int().min(1).max(65_535).default(21),
  ftp_username: plain('must be the name of the user: Please provide --ftp-username value.'),
  ftp_password: text,
  ftp_password_file: text,
  ftp_tls: z.union([z.enum(['explicit', 'implicit']), z.literal('').transform(() => undefined)], { error: "must be 'explicit' or 'implicit'" }).optional(),
  ftp_cacert: text,
  os_cacert: text,
  insecure: truth,
  ftp_certfile: text,
  ftp_keyfile: text,
  storage_mode: fileMode,
};

const schema = z
  .object(settingsOf)
  .refine(({ ftp_password, ftp_password_file }) => ftp_password !== undefined || ftp_password_file !== undefined, {
    path: ['ftp_password'],
    error: 'Please provide --ftp-password value, $FTP_PASSWORD, or --ftp-password-file',
  })
  .refine(({ ftp_certfile, ftp_keyfile }) => (ftp_certfile === undefined) === (ftp_keyfile === undefined), {
    path: ['ftp_certfile'],
    error: 'ftp_certfile and ftp_keyfile go together',
  });

const optionsOf = (kind: 'ftp' | 'ftps', read: z.infer<typeof schema>): FtpStorageOptions => ({
  kind,
  container: read.container,
  host: read.ftp_host,
  port: read.ftp_port,
  username: read.ftp_username,
  password: read.ftp_password,
  passwordFile: read.ftp_password_file,
  protection: kind === 'ftp' ? 'none' : (read.ftp_tls ?? (read.ftp_port === IMPLICIT_PORT ? 'implicit' : 'explicit')),
  checksCertificate: !read.insecure,
  caFile: read.ftp_cacert ?? read.os_cacert,
  certFile: read.ftp_certfile,
  keyFile: read.ftp_keyfile,
  fileMode: read.storage_mode,
  folderMode: folderModeOf(read.storage_mode),
});

/** Reads the settings of an FTP storage. Fails with `invalid`, naming the key and what is allowed, never a value that is secret. */
export function readFtpSettings(kind: 'ftp' | 'ftps', settings: Readonly<Record<string, unknown>>): FtpStorageOptions {
  const read = schema.safeParse(settings);
  if (read.success) return optionsOf(kind, read.data);
  throw settingsFault(read.error.issues);
}
