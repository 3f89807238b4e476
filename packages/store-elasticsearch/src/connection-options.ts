import { readFile } from 'node:fs/promises';
import { FreezerError, messageOf } from '@freezer/core';

/** A host of the options as a URL. Fails with `invalid`; no message repeats it, because it may hold a password. */
export function nodeUrl(host: string, useSsl: boolean): URL {
  const text = /^[a-z]+:\/\//i.test(host) ? host : `${useSsl ? 'https' : 'http'}://${host}`;
  if (!URL.canParse(text)) throw new FreezerError('invalid', 'a host of Elasticsearch is no URL; it looks like http://127.0.0.1:9200');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new FreezerError('invalid', 'a host of Elasticsearch begins with http:// or https://');
  return url;
}

/** The certificates of `ca_certs`. Fails with `invalid`. */
export async function authorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new FreezerError('invalid', `the authorities of Elasticsearch (ca_certs) cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
