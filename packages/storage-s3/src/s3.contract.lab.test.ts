import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SILENT, type Storage } from '@freezer/core';
import { describeStorageContract, S3Server } from '@freezer/testing';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { s3Storage } from './s3-plugin.ts';

jest.setTimeout(60_000);

const base = mkdtempSync(path.join(tmpdir(), 'freezer-s3-'));
let moto: S3Server;
let swift: S3Server;
let round = 0;

beforeAll(async () => {
  moto = await S3Server.startMoto(`${base}/moto`);
  swift = await S3Server.startSwift();
}, 300_000);
afterAll(() => {
  moto.stop();
  swift.stop();
  rmSync(base, { recursive: true, force: true });
});

const openAs = async (server: S3Server, container: string, id: string): Promise<Storage> =>
  await s3Storage.open(s3Storage.settings.parse({ ...server.settings, container, max_segment_size: 5_242_880 }), {
    logger: SILENT,
    run: { id, owner: Buffer.from(`owner of ${id}`) },
  });

const suite = (name: string, serverOf: () => S3Server, prefix: string, waive: Readonly<Record<string, string>>): void =>
  describeStorageContract(name, {
    open: async () => {
      round += 1;
      return await openAs(serverOf(), `bucket-${round}${prefix}`, 'run-one');
    },
    openAnother: async () => await openAs(serverOf(), `bucket-${round}${prefix}`, 'run-two'),
    // In parts of 5 MiB, two and a bit.
    largeBytes: 12_000_001,
    manyObjects: 1100,
    waive,
  });

const HIDES = 'S3 has no rename, and Swift takes the objects of one request away one after another';
const EXCLUSIVE = "Swift's S3 knows no conditional writes, and exclusivePut is false";

suite('s3, moto, below a prefix', () => moto, '/pre fix/ä', {});
suite("s3, Swift's", () => swift, '', {
  'of several ifAbsent at the same time exactly one wins': EXCLUSIVE,
  'of two runs with ifAbsent exactly one wins': EXCLUSIVE,
  'removeTree hides before it deletes': HIDES,
});
