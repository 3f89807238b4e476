export { type CompressionOptions, compressStage, decompressStage } from './compression.ts';
export { detectCompression } from './detect-compression.ts';
export { type GcmContext, gcmDecryptStage, gcmEncryptStage } from './gcm-stream.ts';
export { deriveChainKey, deriveKey } from './keys.ts';
export { type CfbDigest, cfbDecryptStage, cfbEncryptStage, detectCfbDigest } from './openssl-cfb.ts';
export { makePassFile, type Passphrase, readPassFile } from './pass-file.ts';
