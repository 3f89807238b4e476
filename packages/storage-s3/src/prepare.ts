import type { BucketLocationConstraint } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { isAbsence, nameOf, statusOf } from './failure.ts';
import type { S3StorageOptions } from './options.ts';

/** Amazon's first region, which is not to be named. */
const FIRST_REGION = 'us-east-1';

/** Makes the bucket when it is missing. Asked by a listing: its refusals have words, those of a HEAD have none. */
export async function makeBucket({ sdk, client, name }: Bucket, options: S3StorageOptions, signal: AbortSignal | undefined): Promise<void> {
  const abort = signal ? { abortSignal: signal } : {};
  try {
    await client.send(new sdk.ListObjectsV2Command({ Bucket: name, MaxKeys: 1 }), abort);
    return;
  } catch (error) {
    if (!isAbsence(error) && nameOf(error) !== 'NoSuchBucket') throw error;
  }
  const isElsewhere = options.endpoint === undefined && options.region !== FIRST_REGION;
  const where = isElsewhere ? { CreateBucketConfiguration: { LocationConstraint: options.region as BucketLocationConstraint } } : {};
  const lock = options.retention ? { ObjectLockEnabledForBucket: true } : {};
  try {
    await client.send(new sdk.CreateBucketCommand({ Bucket: name, ...where, ...lock }), abort);
  } catch (error) {
    // Another run made it meanwhile.
    if (nameOf(error) !== 'BucketAlreadyOwnedByYou') throw error;
  }
}

/** Whether the server refuses a write that is to happen only when there is nothing, on a name where there is something. */
export async function refusesOverwrites({ sdk, client, name: bucket }: Bucket, name: string, signal: AbortSignal | undefined): Promise<boolean> {
  const abort = signal ? { abortSignal: signal } : {};
  const write = { Bucket: bucket, Key: name, Body: Buffer.from('condition') };
  try {
    await client.send(new sdk.PutObjectCommand(write), abort);
    await client.send(new sdk.PutObjectCommand({ ...write, IfNoneMatch: '*' }), abort);
    return false;
  } catch (error) {
    // Swift looks before it takes the bytes, and not again: of two at once both may win.
    return statusOf(error) === 412 && !isSwift(error);
  } finally {
    await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: name }), abort).catch(() => undefined);
  }
}

/** Swift's answers bear the number of its transaction. */
function isSwift(error: unknown): boolean {
  const response: unknown = typeof error === 'object' && error !== null && '$response' in error ? error.$response : undefined;
  const headers: unknown = typeof response === 'object' && response !== null && 'headers' in response ? response.headers : undefined;
  return typeof headers === 'object' && headers !== null && ('x-trans-id' in headers || 'x-openstack-request-id' in headers);
}
