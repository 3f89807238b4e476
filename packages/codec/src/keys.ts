import { hkdfSync, scrypt } from 'node:crypto';

/** Bytes of every key here. */
export const KEY_BYTES = 32;
/** Bytes of the salt of a chain, which its manifests carry. */
const CHAIN_SALT_BYTES = 16;

/** Parts of the format version: a reader refuses every other. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** The key from which all others of a chain come: scrypt (N 32768, r 8, p 1) over the first line of the pass file. Takes 32 MiB and about 0.1 s, off the main thread. */
export function deriveChainKey(passphrase: Uint8Array, salt: Uint8Array): Promise<Buffer> {
  if (salt.length !== CHAIN_SALT_BYTES) throw new TypeError(`deriveChainKey: the salt must have ${CHAIN_SALT_BYTES} bytes`);
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, KEY_BYTES, SCRYPT, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** A key for one purpose: HKDF-SHA-256 over the chain key, with no salt, and `info` in UTF-8. */
export const deriveKey = (chainKey: Uint8Array, info: string): Buffer => Buffer.from(hkdfSync('sha256', chainKey, Buffer.alloc(0), info, KEY_BYTES));
