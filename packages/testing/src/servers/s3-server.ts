import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from './openssh-server.ts';

const script = (name: string): string => fileURLToPath(new URL(`../../../../tools/lab/${name}`, import.meta.url));

/** A real server that speaks S3, on 127.0.0.1, for one test file: moto, or Swift's. */
export class S3Server {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly #script: string;
  readonly #folder: string;

  private constructor(name: string, folder: string) {
    this.#script = script(name);
    this.#folder = folder;
    const found = new Map([...readFileSync(`${folder}/s3.rc`, 'utf8').matchAll(/(\w+)='([^']*)'/g)].map(([, key = '', value = '']) => [key, value]));
    this.endpoint = found.get('ENDPOINT') ?? '';
    this.accessKey = found.get('ACCESS_KEY') ?? '';
    this.secretKey = found.get('SECRET_KEY') ?? '';
  }

  /** Conditional writes and object lock. Needs `pip` the first time. */
  static async startMoto(folder: string): Promise<S3Server> {
    execFileSync(script('s3.sh'), ['start', folder], { env: { ...process.env, S3_PORT: `${await freePort()}` }, stdio: ['ignore', 'ignore', 'inherit'] });
    return new S3Server('s3.sh', folder);
  }

  /** Swift with Keystone: neither. */
  static async startSwift(folder: string): Promise<S3Server> {
    // Five ports in a row.
    const [port, keystone] = [Math.min(await freePort(), 65_000), await freePort()];
    const env = { ...process.env, SWIFT_PORT: `${port}`, KEYSTONE_PORT: `${keystone}` };
    execFileSync(script('swift.sh'), ['start', folder], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    return new S3Server('swift.sh', folder);
  }

  get port(): number {
    return Number(new URL(this.endpoint).port);
  }

  /** What `--storage s3` needs besides a bucket, in the spelling of settings. */
  get settings(): Readonly<Record<string, unknown>> {
    return { endpoint: this.endpoint, access_key: this.accessKey, secret_key: this.secretKey };
  }

  stop(): void {
    execFileSync(this.#script, ['stop', this.#folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}
