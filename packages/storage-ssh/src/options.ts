import { homedir } from 'node:os';
import path from 'node:path';
import { FILE_MODE_HELP, folderModeOf, readFileMode, settingsFault } from '@freezer/core';
import * as z from 'zod';

/** What is done about the key by which a server proves who it is. */
export type HostKeyPolicy = 'accept-new' | 'strict' | 'off';

/** How an SSH storage is opened. */
export interface SshStorageOptions {
  /** The directory on the server; a relative one begins in the home directory of the user. */
  readonly container: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Taken in place of key and agent. */
  readonly password: string | undefined;
  /** A file whose first line is the password. */
  readonly passwordFile: string | undefined;
  /** A file with the private key. */
  readonly keyFile: string | undefined;
  /** The socket of an ssh-agent. */
  readonly agent: string | undefined;
  readonly hostKeyPolicy: HostKeyPolicy;
  /** Files with the keys of known servers: new keys are written to the first. */
  readonly knownHosts: readonly string[];
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

const POLICY_HELP = "must be 'accept-new' (a server that is not known is believed the first time), 'strict' (only known servers) or 'off'";

/** Read as well, never written. */
const SYSTEM_KNOWN_HOSTS = '/etc/ssh/ssh_known_hosts';

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

const schema = z
  .object({
    container: plain('must be the path of a directory on the server'),
    ssh_host: plain('must be the name or address of the server: Please provide --ssh-host value.').regex(/^[^\s/@]+$/, 'must be a name or an address alone'),
    ssh_port: z.coerce.number({ error: 'must be a port, 1 to 65535' }).int().min(1).max(65_535).default(22),
    ssh_username: plain('must be the name of the user: Please provide --ssh-username value.'),
    ssh_password: text,
    ssh_password_file: text,
    ssh_key: text,
    ssh_agent: text,
    ssh_host_key_policy: z.enum(['accept-new', 'strict', 'off'], { error: POLICY_HELP }).default('accept-new'),
    ssh_known_hosts: z.union([z.array(z.string()), text], { error: 'must be the path of a file' }),
    storage_mode: fileMode,
  })
  .transform(
    (read): SshStorageOptions => ({
      container: read.container,
      // An address of IPv6 is often written as in a URL.
      host: read.ssh_host.replace(/^\[(.+)\]$/, '$1'),
      port: read.ssh_port,
      username: read.ssh_username,
      password: read.ssh_password,
      passwordFile: read.ssh_password_file,
      keyFile: read.ssh_key,
      agent: read.ssh_agent,
      hostKeyPolicy: read.ssh_host_key_policy,
      knownHosts: [read.ssh_known_hosts ?? path.join(homedir(), '.ssh/known_hosts'), SYSTEM_KNOWN_HOSTS].flat(),
      fileMode: read.storage_mode,
      folderMode: folderModeOf(read.storage_mode),
    }),
  );

/** Reads the settings of an SSH storage. Fails with `invalid`, naming the key and what is allowed, never a value that is secret. */
export function readSshSettings(settings: Readonly<Record<string, unknown>>): SshStorageOptions {
  const read = schema.safeParse(settings);
  if (read.success) return read.data;
  throw settingsFault(read.error.issues);
}
