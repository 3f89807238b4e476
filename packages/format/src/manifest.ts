import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { FreezerError, type LevelId, type SetId } from '@freezer/core';
import { type Manifest, parseManifest } from '@freezer/models';

/** A manifest is small; anything larger under its name is not one. */
export const MANIFEST_MAX_BYTES = 64 * 1024;

/** How the second line of a manifest vouches for the first. */
export type Vouching = 'sha256' | 'hmac-sha256';

export interface ReadManifest {
  readonly document: Manifest;
  readonly vouching: Vouching;
  /** SHA-256 of the whole object, in hex: what the next level names as its base. */
  readonly digest: string;
}

export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Two lines: the JSON, and what vouches for its bytes. With `key` (32 bytes) that is an HMAC. Fails with `too_large`. */
export function encodeManifest(document: Manifest, key: Buffer | undefined): Buffer {
  const first = Buffer.from(JSON.stringify(document), 'utf8');
  const second = key === undefined ? `sha256 ${sha256Hex(first)}` : `hmac-sha256 ${createHmac('sha256', key).update(first).digest('hex')}`;
  const bytes = Buffer.concat([first, Buffer.from(`\n${second}\n`, 'latin1')]);
  if (bytes.length > MANIFEST_MAX_BYTES) {
    throw new FreezerError(
      'too_large',
      `manifest: ${bytes.length} bytes are more than the ${MANIFEST_MAX_BYTES} allowed; use fewer or shorter exclude patterns`,
    );
  }
  return bytes;
}

interface ManifestLines {
  readonly first: Buffer;
  readonly vouching: Vouching;
  readonly hex: string;
}

function splitLines(bytes: Buffer, where: string): ManifestLines {
  const end = bytes.indexOf(0x0a);
  const match = end < 0 ? null : /^(sha256|hmac-sha256) ([0-9a-f]{64})\n?$/.exec(bytes.subarray(end + 1).toString('latin1'));
  if (match === null) throw new FreezerError('corrupt', `manifest of ${where}: is cut off or has no second line`);
  return { first: bytes.subarray(0, end), vouching: match[1] as Vouching, hex: match[2] ?? '' };
}

function parseDocument(first: Buffer, where: string): Manifest {
  try {
    const value: unknown = JSON.parse(first.toString('utf8'));
    if (typeof value === 'object' && value !== null && 'format' in value && value.format !== 1) {
      throw new FreezerError('unsupported', `manifest of ${where}: has format ${String(value.format)}; this version reads format 1`);
    }
    return parseManifest(value);
  } catch (error) {
    if (FreezerError.is(error)) throw error;
    throw new FreezerError('corrupt', `manifest of ${where}: is no manifest of format 1 (damaged, or made by something else)`, { cause: error });
  }
}

/** Reads a manifest without a key, so that one of a passphrase is not asked whether it is true: for the salt of the key, and for listings. */
export function peekManifest(bytes: Buffer, where: string): ReadManifest {
  const { first, vouching, hex } = splitLines(bytes, where);
  if (vouching === 'sha256' && sha256Hex(first) !== hex) throw new FreezerError('corrupt', `manifest of ${where}: it is damaged`);
  return { document: parseDocument(first, where), vouching, digest: sha256Hex(bytes) };
}

/**
 * Reads a manifest and checks what vouches for it. `key` is needed for an HMAC.
 * Fails with `corrupt` (altered, or a wrong passphrase), `unauthenticated` (an HMAC, and no key) or `unsupported` (a later format).
 */
export function readManifest(bytes: Buffer, key: Buffer | undefined, where: string): ReadManifest {
  const { first, vouching, hex } = splitLines(bytes, where);
  if (vouching === 'hmac-sha256' && key === undefined) {
    throw new FreezerError('unauthenticated', `manifest of ${where}: is made with a passphrase; give it by --encrypt-pass-file`);
  }
  const actual =
    vouching === 'hmac-sha256' && key !== undefined ? createHmac('sha256', key).update(first).digest() : createHash('sha256').update(first).digest();
  if (!timingSafeEqual(actual, Buffer.from(hex, 'hex'))) {
    const reason = vouching === 'hmac-sha256' ? 'wrong passphrase, or it was altered' : 'it is damaged';
    throw new FreezerError('corrupt', `manifest of ${where}: ${reason}`);
  }
  return { document: parseDocument(first, where), vouching, digest: sha256Hex(bytes) };
}

/** Refuses a true manifest that belongs to another set or level. */
export function checkIdentity(document: Manifest, set: string, engine: string, id: LevelId, where: string): void {
  const own = document.identity;
  if (`${own.host}_${own.name}` === set && own.engine === engine && own.t0 === id.t0 && own.level === id.level && own.t === id.t) return;
  throw new FreezerError('corrupt', `manifest of ${where}: belongs to ${own.engine}/${own.host}_${own.name}/${own.t0}/${own.level}_${own.t}`);
}

/** What encrypted objects of a level are bound to: no object can be moved to another level, set, host or engine. */
export const identityText = (set: SetId, id: LevelId): string => JSON.stringify([set.engine, set.host, set.name, id.t0, id.level, id.t]);
