import { readFile } from 'node:fs/promises';
import { FreezerError, messageOf } from '@freezer/core';

/** What both drivers take for TLS. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
}

const FILES = [
  ['ca', ['ssl_ca', 'sslrootcert']],
  ['cert', ['ssl_cert', 'sslcert']],
  ['key', ['ssl_key', 'sslkey']],
] as const;

/**
 * TLS as the URL asks for it: `ssl_ca`, `ssl_cert`, `ssl_key` of PyMySQL, `sslmode`, `sslrootcert`, `sslcert`, `sslkey` of libpq. Without any of them
 * there is none; with `sslmode=require` and no authority the certificate is not checked, as with libpq.
 */
export async function tlsOf(options: ReadonlyMap<string, string>): Promise<Tls | undefined> {
  const read: { ca?: string; cert?: string; key?: string } = {};
  for (const [part, names] of FILES) {
    const path = names.map((name) => options.get(name)).find(Boolean);
    if (path === undefined) continue;
    try {
      read[part] = await readFile(path, 'utf8');
    } catch (error) {
      throw new FreezerError('invalid', `the file of the database's TLS settings cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }
  const mode = options.get('sslmode');
  if (mode === 'disable' || (Object.keys(read).length === 0 && (mode === undefined || mode === 'allow' || mode === 'prefer'))) return undefined;
  return { ...read, rejectUnauthorized: read.ca !== undefined || mode === 'verify-ca' || mode === 'verify-full' };
}
