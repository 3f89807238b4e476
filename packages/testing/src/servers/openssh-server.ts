import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** How a server is started. */
export interface OpenSshOptions {
  /** For keys and configuration; the caller removes it. */
  readonly folder: string;
  /** Who may log in, by the key that is made; default root. */
  readonly username?: string;
  /** The server shows no more than this folder, and SFTP only. All above it must be root's and writable by nobody else: /tmp will not do. */
  readonly chroot?: string;
  /** Further lines of its configuration, before those of the chroot. */
  readonly lines?: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
}

/** A port of 127.0.0.1 on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('the system gave no port');
  return address.port;
}

/** A real OpenSSH server on 127.0.0.1 with keys of its own, for one test. Needs root and the Debian package openssh-server. */
export class OpenSshServer {
  readonly port: number;
  readonly username: string;
  /** The private key that opens the account. */
  readonly keyFile: string;
  /** `ssh-ed25519 AAAA…`: how the server proves who it is. */
  readonly hostKey: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(facts: { port: number; username: string; folder: string; child: ChildProcess }) {
    this.port = facts.port;
    this.username = facts.username;
    this.keyFile = `${facts.folder}/user_key`;
    this.hostKey = readFileSync(`${facts.folder}/host_key.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    this.#child = facts.child;
    this.#ended = new Promise((resolve) => facts.child.once('exit', resolve));
  }

  /** Starts it and waits until it listens. Keys that lie in the folder already are kept. */
  static async start(options: OpenSshOptions): Promise<OpenSshServer> {
    const { folder, username = 'root' } = options;
    const port = options.port ?? (await freePort());
    mkdirSync('/run/sshd', { recursive: true });
    for (const name of ['host_key', 'user_key']) {
      if (!isThere(`${folder}/${name}`)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', `${folder}/${name}`]);
    }
    writeFileSync(`${folder}/authorized_keys`, readFileSync(`${folder}/user_key.pub`));
    chmodSync(folder, 0o755);
    writeFileSync(`${folder}/sshd_config`, configOf(options, port, username));
    const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', `${folder}/sshd_config`], { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new OpenSshServer({ port, username, folder, child });
    await listening(child);
    return server;
  }

  /** The line of a known_hosts file that names it. */
  get knownHostsLine(): string {
    return `[127.0.0.1]:${this.port} ${this.hostKey}\n`;
  }

  /** The processes that serve a connection each. */
  get connections(): readonly number[] {
    return processesOf(this.#child.pid ?? 0);
  }

  /** Ends it, and the connections that it still serves. */
  async stop(): Promise<void> {
    for (const pid of this.connections) for (const each of [...processesOf(pid), pid]) endProcess(each);
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

const isThere = (file: string): boolean => {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
};

function processesOf(parent: number): readonly number[] {
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', `${parent}`], { encoding: 'utf8' })
      .split('\n')
      .map(Number)
      .filter(Boolean);
  } catch {
    // ps says by its exit code that there are none.
    return [];
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function configOf({ folder, chroot, lines = [] }: OpenSshOptions, port: number, username: string): string {
  return [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${folder}/host_key`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PermitRootLogin yes',
    `AllowUsers ${username}`,
    'KbdInteractiveAuthentication no',
    'MaxStartups 100',
    'UseDNS no',
    'Subsystem sftp internal-sftp',
    ...lines,
    ...(chroot === undefined ? [] : [`Match User ${username}`, `ChrootDirectory ${chroot}`, 'ForceCommand internal-sftp', 'AllowTcpForwarding no']),
    '',
  ].join('\n');
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-4000);
      if (said.includes('Server listening on')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new TypeError(`sshd ended with ${code}: ${said}`)));
  });
}
