import { FreezerError, type Logger, messageOf, socketReason, systemCodeOf } from '@freezer/core';
import type { Client, ConnectConfig, SFTPWrapper } from 'ssh2';
import { type Credentials, readCredentials } from './credentials.ts';
import { type EndableAgent, endableAgent } from './endable-agent.ts';
import { GatheringSocket } from './gathering-socket.ts';
import { fingerprintOf, hostKeyAlgorithms, judgeHostKey } from './host-key.ts';
import { hostNameOf, type KnownHost, keyTypeOf } from './known-hosts.ts';
import { addKnownHost, readKnownHosts } from './known-hosts-file.ts';
import { loadSsh2 } from './load-ssh2.ts';
import type { SshStorageOptions } from './options.ts';
import { Session } from './session.ts';

/** From the first packet to the end of the log-in. */
const READY_MS = 30_000;
/** A server that answers nothing for four of these is gone. */
const KEEPALIVE_MS = 15_000;
const KEEPALIVE_COUNT = 3;

/** `user@host:port`, as messages and labels name a server. */
export const serverOf = ({ username, host, port }: SshStorageOptions): string => `${username}@${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What is found out while a connection is made. */
interface Attempt {
  readonly options: SshStorageOptions;
  readonly credentials: Credentials;
  readonly known: readonly KnownHost[];
  readonly agent: EndableAgent | undefined;
  readonly logger: Logger;
  /** Why the host key was refused. */
  refusal?: string;
  /** A key that is to be written down once the server has proved that it holds it. */
  added?: Buffer;
  /** What the agent said. */
  agentProblem?: string;
}

const failed = (
  attempt: Pick<Attempt, 'options'>,
  code: 'unauthenticated' | 'unavailable' | 'timeout' | 'unsupported',
  reason: string,
  cause?: unknown,
): FreezerError => new FreezerError(code, `ssh storage: connecting to ${serverOf(attempt.options)} failed: ${reason}`, { cause });

function verifyHostKey(attempt: Attempt, key: Buffer): boolean {
  const { host, port, hostKeyPolicy } = attempt.options;
  const verdict = judgeHostKey(attempt.known, hostNameOf(host, port), key, hostKeyPolicy);
  if (verdict.result === 'refused') attempt.refusal = verdict.reason;
  if (verdict.result === 'ignored')
    attempt.logger.warn({ server: serverOf(attempt.options) }, `${verdict.reason}; --ssh-host-key-policy off: it is used all the same`);
  if (verdict.result === 'new') attempt.added = key;
  return verdict.result !== 'refused';
}

/** Written after the handshake: only then it is certain that the server holds the key that it showed. */
async function writeDown({ options: { host, port, knownHosts }, logger, added }: Attempt): Promise<void> {
  const [file] = knownHosts;
  if (added === undefined) return;
  const fields = { host: hostNameOf(host, port), key: `${keyTypeOf(added)} ${fingerprintOf(added)}`, file };
  if (file === undefined) return logger.warn(fields, 'a new host key was believed, and there is no known_hosts file to write it to');
  try {
    await addKnownHost(file, hostNameOf(host, port), added);
    logger.info(fields, 'a new host key was believed and written down');
  } catch (error) {
    logger.warn({ ...fields, error: messageOf(error) }, 'a new host key was believed, and could not be written down');
  }
}

/** One line of what ssh2 reports while it connects. */
function reasonOf(attempt: Attempt, error: unknown): FreezerError {
  const level = typeof error === 'object' && error !== null && 'level' in error ? error.level : undefined;
  if (attempt.refusal !== undefined) return failed(attempt, 'unauthenticated', attempt.refusal, error);
  if (level === 'client-authentication') {
    const said = attempt.agentProblem === undefined ? '' : `; the agent failed: ${attempt.agentProblem}`;
    return failed(attempt, 'unauthenticated', `the server does not accept ${attempt.credentials.names}${said}`, error);
  }
  if (level === 'client-timeout') {
    const said = attempt.agent?.owes() === true ? `; the agent ${attempt.options.agent} does not answer` : '';
    return failed(attempt, 'timeout', `no log-in within ${READY_MS / 1000} s${said}`, error);
  }
  return failed(attempt, 'unavailable', socketReason(systemCodeOf(error)) ?? messageOf(error), error);
}

function configOf(attempt: Attempt): ConnectConfig {
  const { options, known, credentials } = attempt;
  return {
    username: options.username,
    authHandler: [...credentials.methods],
    hostVerifier: (key: Buffer) => verifyHostKey(attempt, key),
    algorithms: { serverHostKey: [...hostKeyAlgorithms(known, hostNameOf(options.host, options.port))] },
    readyTimeout: READY_MS,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVE_COUNT,
  };
}

/**
 * Whether ssh2 is done with the bytes of one event when the next one comes. Of all its deciphers only that of GCM in JavaScript copies each byte at
 * once; others, that of the binding which may be built for it among them, keep parts of what came, and so does the handshake.
 */
function copiesAtOnce(client: Client): boolean {
  const protocol: unknown = Reflect.get(client, '_protocol');
  const decipher: unknown = typeof protocol === 'object' && protocol !== null ? Reflect.get(protocol, '_decipher') : undefined;
  return typeof decipher === 'object' && decipher !== null && decipher.constructor.name.startsWith('AESGCMDecipherNative');
}

/** Resolves when the log-in is through. */
function logIn(client: Client, attempt: Attempt): Promise<void> {
  return new Promise((resolve, reject) => {
    client.on('ready', () => resolve());
    client.on('error', (error) => {
      // The log-in goes on with the next way.
      if ('level' in error && error.level === 'agent') attempt.agentProblem = messageOf(error);
      else reject(reasonOf(attempt, error));
    });
    client.on('close', () => reject(failed(attempt, 'unavailable', 'the server closed the connection during the log-in')));
    const wire = new GatheringSocket(attempt.options.port, attempt.options.host);
    client.on('handshake', () => {
      wire.reusesBuffer = false;
      setImmediate(() => {
        wire.reusesBuffer = copiesAtOnce(client);
      });
    });
    client.connect({ ...configOf(attempt), sock: wire.socket });
  });
}

function startSftp(client: Client, attempt: Attempt): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.on('close', () => reject(failed(attempt, 'unavailable', 'the server closed the connection after the log-in (is its chroot folder in order?)')));
    client.sftp((error, sftp) => (error ? reject(failed(attempt, 'unsupported', `the server offers no SFTP: ${messageOf(error)}`, error)) : resolve(sftp)));
  });
}

/** Connects, checks the server's key, logs in and starts SFTP. Fails with `unauthenticated`, `unavailable`, `timeout`, `unsupported` or `invalid`. */
export async function connect(options: SshStorageOptions, logger: Logger): Promise<Session> {
  const ssh2 = await loadSsh2();
  const known = await readKnownHosts(options.knownHosts);
  const agent = options.agent === undefined ? undefined : endableAgent(ssh2.OpenSSHAgent, options.agent);
  const attempt: Attempt = { options, agent, logger, known, credentials: await readCredentials(options, ssh2.utils.parseKey, agent?.agent) };
  const client = new ssh2.Client();
  try {
    await logIn(client, attempt);
    await writeDown(attempt);
    return new Session(client, await startSftp(client, attempt));
  } catch (error) {
    // What it reports from here on concerns nobody.
    client.removeAllListeners('error').on('error', () => undefined);
    client.destroy();
    throw error;
  } finally {
    agent?.end();
  }
}
