import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { LabScript, readVariables } from './lab-script.ts';
import { SwiftServer } from './swift-server.ts';

/** A real server that speaks S3, on 127.0.0.1, for one test file: moto, or Swift's. */
export class S3Server {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly #server: { stop(): void };

  private constructor(server: { stop(): void }, variables: Readonly<Record<string, string>>) {
    this.#server = server;
    this.endpoint = variables['ENDPOINT'] ?? '';
    this.accessKey = variables['ACCESS_KEY'] ?? '';
    this.secretKey = variables['SECRET_KEY'] ?? '';
  }

  /** Conditional writes and object lock. Needs `pip` the first time. All of it lies in `folder`, which the caller removes. */
  static async startMoto(folder: string): Promise<S3Server> {
    const script = new LabScript('s3.sh', folder, { S3_PORT: `${await freePort()}` });
    script.start();
    return new S3Server(script, readVariables(join(folder, 's3.rc')));
  }

  /** Swift with Keystone: neither. */
  static async startSwift(): Promise<S3Server> {
    const server = await SwiftServer.start();
    return new S3Server(server, server.variables('s3'));
  }

  get port(): number {
    return Number(new URL(this.endpoint).port);
  }

  /** What `--storage s3` needs besides a bucket, in the spelling of settings. */
  get settings(): Readonly<Record<string, unknown>> {
    return { endpoint: this.endpoint, access_key: this.accessKey, secret_key: this.secretKey };
  }

  stop(): void {
    this.#server.stop();
  }
}
