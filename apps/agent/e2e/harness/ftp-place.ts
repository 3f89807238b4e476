import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FtpServers } from '@freezer/testing';
import type { Lab } from './lab.ts';

/** FTP servers for one test file, with the options that reach them. */
export class FtpPlace implements Disposable {
  readonly servers: FtpServers;
  readonly #folder: string;

  private constructor(servers: FtpServers, folder: string) {
    this.servers = servers;
    this.#folder = folder;
  }

  static async open(): Promise<FtpPlace> {
    const folder = mkdtempSync(join(tmpdir(), 'freezer-ftp-e2e-'));
    chmodSync(folder, 0o755);
    return new FtpPlace(await FtpServers.start(`${folder}/servers`), folder);
  }

  /** Gives the store of a lab to the user of the servers, who sees the paths of this host. */
  share(lab: Lab): void {
    chmodSync(lab.root, 0o755);
    execFileSync('chown', [this.servers.facts.username, lab.store]);
  }

  /** As both agents take them. */
  get options(): readonly string[] {
    const { port, username, password } = this.servers.facts;
    return ['--storage', 'ftp', '--ftp-host', '127.0.0.1', '--ftp-port', `${port}`, '--ftp-username', username, '--ftp-password', password];
  }

  get tlsOptions(): readonly string[] {
    return [...this.options, '--storage', 'ftps', '--ftp-cacert', this.servers.facts.cacert];
  }

  [Symbol.dispose](): void {
    this.servers.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
