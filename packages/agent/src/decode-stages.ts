import { cfbDecryptStage, decompressStage, detectCfbDigest, detectCompression, gcmDecryptStage } from '@freezer/codec';
import { type CallOptions, FreezerError, type Stage } from '@freezer/core';
import { describeLevel, identityText, type LevelReader, type OpenedLevel } from '@freezer/format';
import { COMPRESSIONS, type Compression, isCompression } from '@freezer/models';

const HEAD_BYTES = 4096;

export interface DecodeRequest {
  readonly reader: LevelReader;
  readonly opened: OpenedLevel;
  readonly passphrases: readonly Buffer[];
}

/**
 * What turns the stored bytes of a level back into an archive. A manifest says how; for a set of Python's it is found out from the first
 * bytes: the magic of the compression, and of two ways to make a key the one that gives such a magic.
 * Fails with `unauthenticated`: encrypted, and no passphrase, or none that fits.
 */
export async function decodeStages(request: DecodeRequest, options: CallOptions = {}): Promise<readonly Stage[]> {
  const { opened } = request;
  const manifest = opened.manifest?.document;
  if (manifest === undefined) return decodeForeign(request, options);
  const decompress = await decompressStage(knownCompression(manifest.options.compression, opened));
  if (manifest.options.encryption === null) return decompress;
  if (opened.keys === undefined || opened.passphrase === undefined) throw withoutKey(opened);
  if (manifest.options.encryption === 'aes-256-cfb') return [cfbDecryptStage(opened.passphrase, { digest: 'sha256' }), ...decompress];
  if (manifest.options.encryption === 'aes-256-gcm')
    return [gcmDecryptStage(opened.keys.chainKey, { purpose: 'data', identity: identityText(manifest.identity, opened.level.id) }), ...decompress];
  throw new FreezerError(
    'unsupported',
    `${describeLevel(opened.level.id)}: encryption '${manifest.options.encryption}' is not known; allowed: aes-256-cfb, aes-256-gcm`,
  );
}

function knownCompression(name: string, opened: OpenedLevel): Compression {
  if (isCompression(name)) return name;
  throw new FreezerError('unsupported', `${describeLevel(opened.level.id)}: compression '${name}' is not known; allowed: ${COMPRESSIONS.join(', ')}`);
}

const withoutKey = (opened: OpenedLevel): FreezerError =>
  new FreezerError('unauthenticated', `Cannot restore encrypted backup without key: ${describeLevel(opened.level.id)} needs --encrypt-pass-file`);

async function decodeForeign({ reader, opened, passphrases }: DecodeRequest, options: CallOptions): Promise<readonly Stage[]> {
  const head = await reader.head(opened, HEAD_BYTES, options);
  const named = isCompression(opened.metadata.compression) ? opened.metadata.compression : undefined;
  const isEncrypted = opened.metadata.encryption ?? head.subarray(0, 8).toString('latin1') === 'Salted__';
  if (!isEncrypted) return decompressStage(detectCompression(head) ?? named ?? 'gzip');
  if (passphrases.length === 0) throw withoutKey(opened);
  for (const passphrase of passphrases) {
    const found = detectCfbDigest(head, passphrase, named);
    if (found) return [cfbDecryptStage(passphrase, { digest: found.digest }), ...(await decompressStage(found.compression))];
  }
  throw new FreezerError('unauthenticated', `data of ${describeLevel(opened.level.id)}: wrong passphrase, or it was altered`);
}
