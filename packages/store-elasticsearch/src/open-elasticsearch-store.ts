import { Client } from '@elastic/elasticsearch';
import { FreezerError } from '@freezer/core';
import { authorities, nodeUrl } from './connection-options.ts';
import { ElasticsearchStore } from './elasticsearch-store.ts';
import { IndexNames } from './index-names.ts';

/** The options of Freezer's section `[elasticsearch]`, under their own names in camel case. */
export interface ElasticsearchStoreOptions {
  /** URLs. Default: `http://127.0.0.1:9200`. */
  readonly hosts?: readonly string[] | undefined;
  /** `user:password`. */
  readonly httpAuth?: string | undefined;
  /** What the names of the indices begin with. Default: `freezer`. */
  readonly index?: string | undefined;
  /** Milliseconds of one request. Default: 60 000. */
  readonly timeoutMs?: number | undefined;
  /** How often a request is made again that got no answer, within 10 seconds. Default: 20. */
  readonly retries?: number | undefined;
  /** TLS for hosts without a scheme. Default: false. */
  readonly useSsl?: boolean | undefined;
  /** Whether the certificate is checked. Default: false, as Freezer has it, or true when `caCerts` is given. */
  readonly verifyCerts?: boolean | undefined;
  /** A file of authorities. */
  readonly caCerts?: string | undefined;
  /** Copies of each index beside the first. Default: 0, as Freezer has it. */
  readonly numberOfReplicas?: number | undefined;
  /** Milliseconds after which a write is seen by searches; it is not told before. Default: 50. */
  readonly refreshIntervalMs?: number | undefined;
}

/** A node that restarts, or another master, is there sooner, and whoever asked of the API waits no longer. */
const PATIENCE_MS = 10_000;

function whole<N extends number | undefined>(name: string, value: N, least: number): N {
  if (value !== undefined && (!Number.isInteger(value) || value < least))
    throw new FreezerError('invalid', `${name} of Elasticsearch is a whole number from ${least} on, not '${value}'`);
  return value;
}

function accountOf(httpAuth: string | undefined): { readonly username: string; readonly password: string } | undefined {
  if (httpAuth === undefined || httpAuth === '') return undefined;
  const colon = httpAuth.indexOf(':');
  if (colon < 1) throw new FreezerError('invalid', 'the account of Elasticsearch (http_auth) looks like user:password');
  return { username: httpAuth.slice(0, colon), password: httpAuth.slice(colon + 1) };
}

/** Opens a store; the servers are asked for the first time by the first call. Fails with `invalid`. */
export async function openElasticsearchStore(options: ElasticsearchStoreOptions = {}): Promise<ElasticsearchStore> {
  const hosts = options.hosts?.length ? options.hosts : ['http://127.0.0.1:9200'];
  const policy = { retries: whole('the number of retries', options.retries ?? 20, 0), patienceMs: PATIENCE_MS };
  const auth = accountOf(options.httpAuth);
  const ca = options.caCerts ? await authorities(options.caCerts) : undefined;
  const client = new Client({
    nodes: hosts.map((host) => ({ url: nodeUrl(host.trim(), options.useSsl ?? false) })),
    requestTimeout: whole('the timeout', options.timeoutMs ?? 60_000, 1),
    maxRetries: 0,
    tls: { rejectUnauthorized: options.verifyCerts ?? ca !== undefined, ...(ca !== undefined && { ca }) },
    ...(auth && { auth }),
  });
  const settings = {
    replicas: whole('the number of replicas', options.numberOfReplicas, 0),
    refreshIntervalMs: whole('the refresh interval', options.refreshIntervalMs, 1),
  };
  return new ElasticsearchStore({ client, names: new IndexNames(options.index ?? 'freezer'), policy }, settings);
}
