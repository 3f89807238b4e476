import { messageOf } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { readS3Settings } from './options.ts';

const SETTINGS = { container: 'bucket/a/b/', endpoint: 'http://s3.example:8080', access_key: 'key', secret_key: 'hunter2' };

const complaint = (more: Readonly<Record<string, unknown>>): string => {
  try {
    readS3Settings({ ...SETTINGS, ...more });
  } catch (error) {
    return messageOf(error);
  }
  return 'taken';
};

describe('settings', () => {
  test('what nobody gave', () => {
    expect(readS3Settings(SETTINGS)).toMatchObject({
      bucket: 'bucket',
      prefix: 'a/b',
      region: 'us-east-1',
      pathStyle: true,
      checksCertificate: true,
      partBytes: 33_554_432,
      retention: undefined,
    });
    expect(readS3Settings({ ...SETTINGS, endpoint: '', s3_region: 'eu-west-1', max_segment_size: '1000' })).toMatchObject({
      endpoint: undefined,
      region: 'eu-west-1',
      pathStyle: false,
      partBytes: 5_242_880,
    });
  });

  test('texts as a section of a file has them', () => {
    const read = readS3Settings({
      ...SETTINGS,
      s3_path_style: 'False',
      insecure: 'yes',
      s3_object_lock: 'compliance',
      s3_object_lock_days: '30',
      s3_cacert: '',
      os_cacert: '/ca',
    });
    expect(read).toMatchObject({ pathStyle: false, checksCertificate: false, retention: { mode: 'COMPLIANCE', days: 30 }, caFile: '/ca' });
  });

  test.each([
    [{ access_key: '' }, /^access_key: No access key found for S3 compatible storage/],
    [{ secret_key: undefined }, /^secret_key: No secret key found for S3 compatible storage/],
    [{ endpoint: '' }, /^endpoint: No endpoint found for S3 compatible storage/],
    [{ endpoint: 's3.example' }, /^endpoint: must be an address/],
    [{ endpoint: 'http://me:hunter2@s3.example' }, /^endpoint: must be an address/],
    [{ container: '/bucket' }, /^container: must be the name of a bucket/],
    [{ s3_object_lock: 'governance' }, /^s3_object_lock: s3_object_lock and s3_object_lock_days go together/],
    [{ s3_object_lock: 'for ever', s3_object_lock_days: 1 }, /^s3_object_lock: must be 'governance' or 'compliance'/],
    [{ max_segment_size: 'much' }, /^max_segment_size: /],
  ])('%j is refused without a secret', (more, line) => {
    expect(complaint(more)).toMatch(line);
    expect(complaint(more)).not.toContain('hunter2');
  });
});
