import { readFileSync } from 'node:fs';
import { freePort } from './free-port.ts';
import { LabScript } from './lab-script.ts';

/** How the servers of `tools/lab/ftp.sh` are reached. */
export interface FtpServersFacts {
  /** vsftpd, in clear text or explicit TLS. It lists by LIST alone. */
  readonly port: number;
  /** vsftpd, implicit TLS. */
  readonly implicit_port: number;
  /** pyftpdlib, in clear text or explicit TLS. It knows MLSD. */
  readonly facts_port: number;
  readonly username: string;
  readonly password: string;
  /** The user's own folder on this host; absolute paths on the servers are those of the host. */
  readonly home: string;
  /** The certificate of the authority that signed theirs. */
  readonly cacert: string;
}

/** Real FTP servers on 127.0.0.1 for one test file. They need root and the packages of `tools/lab/install.sh`. */
export class FtpServers {
  readonly facts: FtpServersFacts;
  readonly #script: LabScript;

  private constructor(script: LabScript, facts: FtpServersFacts) {
    this.#script = script;
    this.facts = facts;
  }

  /** Starts them with all that is theirs in `folder`, which the caller removes. */
  static async start(folder: string): Promise<FtpServers> {
    const [port, implicit, facts] = [await freePort(), await freePort(), await freePort()];
    const script = new LabScript('ftp.sh', folder, { FTP_PORT: `${port}`, FTP_IMPLICIT_PORT: `${implicit}`, FTP_FACTS_PORT: `${facts}` });
    script.start();
    return new FtpServers(script, JSON.parse(readFileSync(`${folder}/lab.json`, 'utf8')));
  }

  /** What `--storage ftp` and `ftps` need, in the spelling of settings. */
  get settings(): Readonly<Record<string, unknown>> {
    const { port, username, password, cacert } = this.facts;
    return { ftp_host: '127.0.0.1', ftp_port: port, ftp_username: username, ftp_password: password, ftp_cacert: cacert };
  }

  /** Ends them and the connections that they serve. */
  stop(): void {
    this.#script.stop();
  }
}
