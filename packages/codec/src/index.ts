export { COMPRESSIONS, type Compression, type CompressionOptions, compressStage, decompressStage } from './compression.ts';
export { DETECT_BYTES, detectCompression } from './detect-compression.ts';
export { GCM_CHUNK_BYTES, GCM_HEADER_BYTES, GCM_TAG_BYTES, type GcmContext, gcmDecryptStage, gcmEncryptStage } from './gcm-stream.ts';
export { CHAIN_SALT_BYTES, deriveChainKey, deriveKey } from './keys.ts';
export { type CfbDigest, cfbDecryptStage, cfbEncryptStage, detectCfbDigest } from './openssl-cfb.ts';
export { makePassFile, type Passphrase, readPassFile } from './pass-file.ts';
