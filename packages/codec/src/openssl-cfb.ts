import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { type ByteStream, FreezerError, type TransformStage } from '@freezer/core';
import type { Compression } from '@freezer/models';
import { ByteReader } from './byte-reader.ts';
import { detectCompression } from './detect-compression.ts';

/** The hash of OpenSSL's key derivation: SHA-256 since OpenSSL 1.1.0, MD5 before. The data does not say which. */
export type CfbDigest = 'sha256' | 'md5';

const MAGIC = Buffer.from('Salted__');
const SALT_BYTES = 8;
const HEADER_BYTES = MAGIC.length + SALT_BYTES;
const KEY_BYTES = 32;
const IV_BYTES = 16;
const CIPHER = 'aes-256-cfb';

/**
 * What `openssl enc -aes-256-cfb -pass file:F` writes: `Salted__`, eight random bytes, then AES-256 in CFB with 128 bits of feedback, no
 * padding, no authentication. `passphrase` is the first line of the pass file. `salt` is for tests; never use one twice.
 */
export function cfbEncryptStage(passphrase: Uint8Array, { salt }: { readonly salt?: Uint8Array } = {}): TransformStage {
  if (salt !== undefined && salt.length !== SALT_BYTES) throw new TypeError(`cfbEncryptStage: the salt must have ${SALT_BYTES} bytes`);
  return { kind: 'transform', name: 'encrypt', apply: (body) => encrypt(body, passphrase, salt ?? randomBytes(SALT_BYTES)) };
}

/**
 * Undoes `openssl enc -aes-256-cfb`. Data without the header is `corrupt`; a wrong passphrase or an altered byte goes unseen here
 * (the cipher cannot tell): the manifest, or the compression inside, has to.
 */
export function cfbDecryptStage(passphrase: Uint8Array, { digest }: { readonly digest: CfbDigest }): TransformStage {
  return { kind: 'transform', name: 'decrypt', apply: (body) => decrypt(body, passphrase, digest) };
}

async function* encrypt(body: ByteStream, passphrase: Uint8Array, salt: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const { key, iv } = bytesToKey(passphrase, salt, 'sha256');
  const cipher = createCipheriv(CIPHER, key, iv);
  yield Buffer.concat([MAGIC, salt]);
  for await (const chunk of body) yield cipher.update(chunk);
  cipher.final();
}

async function* decrypt(body: ByteStream, passphrase: Uint8Array, digest: CfbDigest): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ByteReader(body);
  try {
    const { key, iv } = bytesToKey(passphrase, saltOf(await reader.takeInto(Buffer.alloc(HEADER_BYTES))), digest);
    const decipher = createDecipheriv(CIPHER, key, iv);
    for (let chunk = await reader.takeSome(); chunk !== undefined; chunk = await reader.takeSome()) yield decipher.update(chunk);
    decipher.final();
  } finally {
    await reader.release();
  }
}

/**
 * Finds by the first bytes of the encrypted data (at least 32; 278 for a tar that is not compressed) with which hash they were encrypted and
 * how the plain data is compressed. `compression` is what it should be, undefined: whatever is known. Undefined: neither hash gives
 * anything known, so the passphrase is wrong or the data damaged. Data without header is `corrupt`.
 */
export function detectCfbDigest(
  firstBytes: Uint8Array,
  passphrase: Uint8Array,
  compression: Compression | undefined,
): { readonly digest: CfbDigest; readonly compression: Compression } | undefined {
  const salt = saltOf(firstBytes.subarray(0, HEADER_BYTES));
  for (const digest of ['sha256', 'md5'] as const) {
    const { key, iv } = bytesToKey(passphrase, salt, digest);
    const found = detectCompression(createDecipheriv(CIPHER, key, iv).update(firstBytes.subarray(HEADER_BYTES)));
    if (found !== undefined && (compression ?? found) === found) return { digest, compression: found };
  }
  return undefined;
}

function saltOf(header: Uint8Array): Uint8Array {
  if (header.length < HEADER_BYTES) throw new FreezerError('corrupt', `encrypted data: ${header.length} bytes are fewer than the header of ${HEADER_BYTES}`);
  if (!MAGIC.equals(header.subarray(0, MAGIC.length)))
    throw new FreezerError('corrupt', "encrypted data: does not begin with 'Salted__'; it is not encrypted, or damaged");
  return header.subarray(MAGIC.length, HEADER_BYTES);
}

/** OpenSSL's EVP_BytesToKey with one round: D1 = H(pass salt), Di = H(Di-1 pass salt); the key first, then the IV. */
function bytesToKey(passphrase: Uint8Array, salt: Uint8Array, digest: CfbDigest): { readonly key: Buffer; readonly iv: Buffer } {
  let last: Buffer = Buffer.alloc(0);
  let all: Buffer = Buffer.alloc(0);
  while (all.length < KEY_BYTES + IV_BYTES) {
    last = createHash(digest).update(last).update(passphrase).update(salt).digest();
    all = Buffer.concat([all, last]);
  }
  return { key: all.subarray(0, KEY_BYTES), iv: all.subarray(KEY_BYTES, KEY_BYTES + IV_BYTES) };
}
