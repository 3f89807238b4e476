import { Outage, RetryingStorage, type StoragePlugin } from '@freezer/core';
import { readS3Settings, type S3StorageOptions } from './options.ts';

/** The SDK makes single requests again by itself: what is tried here once more are answers that broke off in the middle. */
const ATTEMPTS = 3;

/** `--storage s3`: a bucket of Amazon, or of any server that speaks its language. */
export const s3Storage: StoragePlugin<S3StorageOptions> = {
  kind: 's3',
  settings: { parse: readS3Settings },
  open: async (options, deps) => {
    const { S3Storage } = await import('./s3-storage.ts');
    const outage = new Outage();
    return new RetryingStorage(await S3Storage.open(options, deps, outage), { logger: deps.logger, attempts: ATTEMPTS, outage });
  },
};
