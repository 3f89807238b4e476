import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { abortable, FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import { Client } from 'basic-ftp';
import { connectReason, isRefusal, reasonOf, replyOf } from './failure.ts';
import type { FtpStorageOptions } from './options.ts';
import { keepHost } from './passive-host.ts';
import { Session } from './session.ts';

/** From the first packet to the end of the log-in. */
const READY_MS = 30_000;
/** A server that gives no answer, or takes or gives no byte, for so long is gone. */
const SILENCE_MS = 60_000;
/** A folder of a million names. */
const LISTING_MAX_BYTES = 268_435_456;

/** `user@host:port`, as messages and labels name a server. */
export const serverOf = ({ username, host, port }: FtpStorageOptions): string => `${username}@${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What is shown to the server, and by what it is judged. */
export interface Credentials {
  readonly password: string;
  readonly tls: ConnectionOptions;
}

async function fileOf(key: string, file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file);
  } catch (error) {
    throw new FreezerError('invalid', `${key}: ${file} cannot be read: ${systemCodeOf(error) ?? messageOf(error)}`, { cause: error });
  }
}

/** Reads the files that the options name. Fails with `invalid`. */
export async function readCredentials(options: FtpStorageOptions): Promise<Credentials> {
  const { checksCertificate, caFile, certFile, keyFile, host, passwordFile } = options;
  const password = options.password ?? (await fileOf('ftp_password_file', passwordFile))?.toString('utf8').split(/\r?\n/)[0] ?? '';
  if (password === '') throw new FreezerError('invalid', `ftp_password_file: the first line of ${passwordFile} is empty`);
  if (options.protection === 'none') return { password, tls: {} };
  const [ca, cert, key] = await Promise.all([fileOf('ftp_cacert', caFile), fileOf('ftp_certfile', certFile), fileOf('ftp_keyfile', keyFile)]);
  return {
    password,
    tls: {
      host,
      // A name only: an address is no server name of TLS.
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      rejectUnauthorized: checksCertificate,
      ...(ca ? { ca } : {}),
      ...(cert && key ? { cert, key } : {}),
    },
  };
}

/** Why a server may say nothing at all: one that waits for TLS lets a client wait that waits for its greeting. */
const SILENCE: Readonly<Record<FtpStorageOptions['protection'], string>> = {
  none: 'does it want TLS from the first byte? --storage ftps --ftp-tls implicit',
  explicit: 'does it want TLS from the first byte? --ftp-tls implicit',
  implicit: 'is it an FTP server?',
};

function failed(options: FtpStorageOptions, error: unknown, wasSilent: boolean): FreezerError {
  if (FreezerError.is(error)) return error;
  const tell = (code: 'unauthenticated' | 'unavailable' | 'timeout' | 'unsupported', reason: string, retryable?: boolean): FreezerError =>
    new FreezerError(code, `ftp storage: connecting to ${serverOf(options)} failed: ${reason}`, {
      cause: error,
      ...(retryable === undefined ? {} : { retryable }),
      ...(replyOf(error) === undefined ? {} : { details: { reply: replyOf(error) ?? 0 } }),
    });
  const code = systemCodeOf(error) ?? '';
  if (/CERT|SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY/.test(code))
    return tell(
      'unauthenticated',
      `its certificate is not trusted: ${messageOf(error)} (${code}); --ftp-cacert names one that is trusted, --insecure trusts any`,
    );
  if (wasSilent) return tell('timeout', `the server said nothing within ${READY_MS / 1000} s; ${SILENCE[options.protection]}`);
  if (/^timeout/i.test(messageOf(error))) return tell('timeout', `no log-in within ${READY_MS / 1000} s`);
  if (!isRefusal(error)) return tell('unavailable', code.startsWith('ERR_SSL') ? `it does not speak TLS here: ${messageOf(error)}` : connectReason(error));
  const [, reason, retryable] = reasonOf(error);
  const wantsTls =
    options.protection === 'none' && /tls|ssl|encrypt|auth/i.test(messageOf(error)) && !/incorrect|login failed|authentication failed/i.test(messageOf(error));
  if (wantsTls) return tell('unsupported', `${reason}; it seems to want TLS: --storage ftps`);
  if (replyOf(error) === 530 || replyOf(error) === 430) return tell('unauthenticated', `the server does not accept user and password (${messageOf(error)})`);
  return tell((replyOf(error) ?? 0) >= 500 ? 'unsupported' : 'unavailable', reason, retryable);
}

async function logIn(client: Client, options: FtpStorageOptions, { password, tls }: Credentials): Promise<Session> {
  const { host, port, username, protection } = options;
  await client.access({
    host,
    port,
    user: username,
    password,
    secure: protection === 'implicit' ? 'implicit' : protection === 'explicit',
    // It is changed by the client.
    secureOptions: { ...tls },
  });
  return new Session(client, await client.features());
}

/** Connects, checks the certificate, and logs in. Fails with `unauthenticated`, `unavailable`, `timeout` or `unsupported`. */
export async function connect(options: FtpStorageOptions, credentials: Credentials): Promise<Session> {
  const client = new Client(SILENCE_MS, { allowSeparateTransferHost: false, maxListingBytes: LISTING_MAX_BYTES });
  keepHost(client);
  const patience = AbortSignal.timeout(READY_MS);
  try {
    return await abortable(logIn(client, options, credentials), patience);
  } catch (error) {
    const { bytesRead, connecting } = client.ftp.socket;
    client.close();
    throw failed(options, patience.aborted ? new Error('timeout', { cause: error }) : error, patience.aborted && bytesRead === 0 && !connecting);
  }
}
