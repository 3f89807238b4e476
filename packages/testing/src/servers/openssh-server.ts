import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { freePort } from './free-port.ts';
import { LabScript } from './lab-script.ts';

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

/** A real OpenSSH server on 127.0.0.1 with keys of its own, for one test. Needs root and the Debian package openssh-server. */
export class OpenSshServer {
  readonly port: number;
  readonly username: string;
  /** The private key that opens the account. */
  readonly keyFile: string;
  /** `ssh-ed25519 AAAA…`: how the server proves who it is. */
  readonly hostKey: string;
  readonly #script: LabScript;
  readonly #pid: number;

  private constructor(script: LabScript, { folder, port, username }: { readonly folder: string; readonly port: number; readonly username: string }) {
    this.port = port;
    this.username = username;
    this.keyFile = `${folder}/user_key`;
    this.hostKey = readFileSync(`${folder}/host_key.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    this.#script = script;
    this.#pid = Number(readFileSync(`${folder}/pid`, 'utf8'));
  }

  /** Starts it and waits until it listens. Keys that lie in the folder already are kept. */
  static async start({ folder, username = 'root', chroot = '', lines = [], ...options }: OpenSshOptions): Promise<OpenSshServer> {
    const port = options.port ?? (await freePort());
    const environment = { SSH_PORT: `${port}`, SSH_ACCOUNT: username, SSH_CHROOT: chroot, SSH_SETTINGS: lines.join('\n') };
    const script = new LabScript('ssh.sh', folder, environment);
    script.start();
    return new OpenSshServer(script, { folder, port, username });
  }

  /** The line of a known_hosts file that names it. */
  get knownHostsLine(): string {
    return `[127.0.0.1]:${this.port} ${this.hostKey}\n`;
  }

  /** The processes that serve a connection each. */
  get connections(): readonly number[] {
    try {
      return execFileSync('ps', ['-o', 'pid=', '--ppid', `${this.#pid}`], { encoding: 'utf8' })
        .split('\n')
        .map(Number)
        .filter(Boolean);
    } catch {
      // ps says by its exit code that there are none.
      return [];
    }
  }

  /** Ends it, and the connections that it still serves. */
  async stop(): Promise<void> {
    this.#script.stop();
  }
}
