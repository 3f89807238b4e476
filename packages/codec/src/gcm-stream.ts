import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { type ByteStream, FreezerError, type TransformStage } from '@freezer/core';
import { ByteReader } from './byte-reader.ts';
import { KEY_BYTES } from './keys.ts';

/** Plain bytes of each chunk but the last. */
export const GCM_CHUNK_BYTES = 1024 * 1024;
/** Bytes before the first chunk. */
export const GCM_HEADER_BYTES = 40;
/** Bytes behind the text of each chunk. */
export const GCM_TAG_BYTES = 16;

const CIPHER = 'aes-256-gcm';
const MAGIC = Buffer.from('FRZ-GCM\u0001', 'latin1');
const DOMAIN = 'freezer aes-256-gcm 1';

/** What a stream is and to whom it belongs; both go into its key, so that no stream can be taken for another. */
export interface GcmContext {
  /** The object: 'data', 'state', 'index'. */
  readonly purpose: string;
  /** The level that it belongs to, as text in one fixed form. */
  readonly identity: string;
}

/**
 * Encrypts a stream so that any change is noticed before a byte of it is used.
 *
 * ```text
 * header   0  8  'FRZ-GCM' and the version, one byte 0x01
 *          8 32  random bytes, drawn for this stream
 * chunk 0    40  the encrypted text (1048576 bytes), then its tag (16 bytes)
 * chunk i        at 40 + i * 1048592; the last chunk holds 0 to 1048576 bytes of text, and nothing follows its tag.
 *                A stream without text is one chunk of 0 bytes; else the last chunk is not empty.
 * key            HKDF-SHA-256(chain key, salt = the 32 random bytes, info, 32 bytes); info is the SHA-256 (32 raw bytes) of, for each of
 *                'freezer aes-256-gcm 1', purpose, identity: length in bytes (4 bytes, big endian), then the text in UTF-8.
 * nonce          12 bytes: 3 of zero, the number of the chunk (8 bytes, big endian, from 0), 1 for the last chunk and 0 for all others.
 * AAD            the 40 bytes of the header, for each chunk.
 * ```
 * The size of the encrypted stream is that of the text + 40 + 16 for each chunk.
 */
export const gcmEncryptStage = (chainKey: Uint8Array, context: GcmContext): TransformStage => ({
  kind: 'transform',
  name: 'encrypt',
  apply: (body) => encrypt(body, chainKey, context),
});

/**
 * Undoes `gcmEncryptStage`. A chunk is given only after its tag was checked. A wrong key, an altered, missing, moved or added byte,
 * another context, a stream that ends at the border of a chunk: `corrupt`, at the first chunk that it concerns.
 */
export const gcmDecryptStage = (chainKey: Uint8Array, context: GcmContext): TransformStage => ({
  kind: 'transform',
  name: 'decrypt',
  apply: (body) => decrypt(body, chainKey, context),
});

async function* encrypt(body: ByteStream, chainKey: Uint8Array, context: GcmContext): AsyncGenerator<Uint8Array, void, undefined> {
  const header = Buffer.concat([MAGIC, randomBytes(GCM_HEADER_BYTES - MAGIC.length)]);
  const key = streamKey(chainKey, header, context);
  const reader = new ByteReader(body);
  const room = Buffer.allocUnsafe(GCM_CHUNK_BYTES);
  try {
    yield header;
    for (let number = 0, isLast = false; !isLast; number += 1) {
      const text = await reader.takeInto(room);
      isLast = await reader.isAtEnd();
      const cipher = createCipheriv(CIPHER, key, nonceOf(number, isLast), { authTagLength: GCM_TAG_BYTES }).setAAD(header);
      yield cipher.update(text);
      cipher.final();
      yield cipher.getAuthTag();
    }
  } finally {
    await reader.release();
  }
}

async function* decrypt(body: ByteStream, chainKey: Uint8Array, context: GcmContext): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ByteReader(body);
  const room = Buffer.allocUnsafe(GCM_CHUNK_BYTES + GCM_TAG_BYTES);
  try {
    const header = await reader.takeInto(Buffer.alloc(GCM_HEADER_BYTES));
    if (header.length < GCM_HEADER_BYTES || !MAGIC.subarray(0, -1).equals(header.subarray(0, MAGIC.length - 1)))
      throw refused(context, 'the header is not that of an encrypted stream');
    if (header[MAGIC.length - 1] !== MAGIC.at(-1))
      throw new FreezerError('unsupported', `${context.purpose}: version ${header[MAGIC.length - 1]} of the encryption is not known, only ${MAGIC.at(-1)} is`);
    const key = streamKey(chainKey, header, context);
    for (let number = 0, isLast = false; !isLast; number += 1) {
      const chunk = await reader.takeInto(room);
      isLast = await reader.isAtEnd();
      const text = open(chunk, key, nonceOf(number, isLast), header);
      if (text === undefined || (number > 0 && text.length === 0)) throw refused(context, `chunk ${number} is not authentic`);
      if (text.length > 0) yield text;
    }
  } finally {
    await reader.release();
  }
}

/** The text of a chunk, or undefined when its tag does not fit. */
function open(chunk: Buffer, key: Buffer, nonce: Buffer, header: Buffer): Buffer | undefined {
  if (chunk.length < GCM_TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: GCM_TAG_BYTES }).setAAD(header).setAuthTag(chunk.subarray(-GCM_TAG_BYTES));
  const text = decipher.update(chunk.subarray(0, -GCM_TAG_BYTES));
  try {
    decipher.final();
    return text;
  } catch {
    return undefined;
  }
}

const refused = (context: GcmContext, reason: string): FreezerError =>
  new FreezerError('corrupt', `${context.purpose}: wrong passphrase or altered data: ${reason}`);

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 3);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

function streamKey(chainKey: Uint8Array, header: Buffer, { purpose, identity }: GcmContext): Buffer {
  if (chainKey.length !== KEY_BYTES) throw new TypeError(`the chain key must have ${KEY_BYTES} bytes`);
  // Hashed, because Node takes at most 1024 bytes of info.
  const info = createHash('sha256')
    .update(Buffer.concat([DOMAIN, purpose, identity].map(withLength)))
    .digest();
  return Buffer.from(hkdfSync('sha256', chainKey, header.subarray(MAGIC.length), info, KEY_BYTES));
}

/** Two lists of texts never give the same bytes. */
function withLength(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
