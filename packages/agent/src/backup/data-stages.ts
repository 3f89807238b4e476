import { availableParallelism } from 'node:os';
import { cfbEncryptStage, compressStage, gcmEncryptStage } from '@freezer/codec';
import type { Stage } from '@freezer/core';
import type { ChainKeys } from '@freezer/format';
import type { BackupRequest } from './backup-request.ts';

/** What is put behind the engine's stages: compression, then encryption. */
export async function dataStages(request: BackupRequest, keys: ChainKeys | undefined, identity: string, compressible: boolean): Promise<readonly Stage[]> {
  const compress = compressible ? await compressStage(request.compression, { cores: availableParallelism() }) : [];
  const { encryption } = request;
  if (encryption === undefined) return compress;
  if (encryption.algorithm === 'aes-256-cfb') return [...compress, cfbEncryptStage(encryption.passphrase)];
  if (keys === undefined) throw new TypeError('dataStages: aes-256-gcm needs the keys of the chain');
  return [...compress, gcmEncryptStage(keys.chainKey, { purpose: 'data', identity })];
}
