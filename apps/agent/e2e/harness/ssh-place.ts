import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OpenSshServer } from '@freezer/testing';

/** A server of its own for one test, with the options that reach it. */
export class SshPlace implements AsyncDisposable {
  readonly server: OpenSshServer;
  readonly folder: string;

  private constructor(server: OpenSshServer, folder: string) {
    this.server = server;
    this.folder = folder;
  }

  static async open(root: string, lines: readonly string[] = []): Promise<SshPlace> {
    const folder = mkdtempSync(join(root, 'ssh-'));
    return new SshPlace(await OpenSshServer.start({ folder, lines }), folder);
  }

  /** As both agents take them. */
  get options(): readonly string[] {
    const { port, username, keyFile } = this.server;
    return ['--storage', 'ssh', '--ssh-host', '127.0.0.1', '--ssh-port', `${port}`, '--ssh-username', username, '--ssh-key', keyFile];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
